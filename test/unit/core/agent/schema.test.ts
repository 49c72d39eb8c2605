import { Ajv2020 } from 'ajv/dist/2020.js';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { agentJsonSchema } from '#core/agent/schema';
import { parseAgent } from '#core/agent/parse';

const folder = new URL('../../../../agents/', import.meta.url);
const published = new URL('agent.schema.json', folder);
const agentFiles = readdirSync(folder).filter((file) => file.endsWith('.yaml'));

async function schemaText(): Promise<string> {
  const options = await resolveConfig(published);
  return format(JSON.stringify(agentJsonSchema()), { ...options, parser: 'json' });
}

describe('the published JSON Schema of agents', () => {
  it('is what the code checks', async () => {
    if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(published, await schemaText());
    expect(
      readFileSync(published, 'utf8'),
      'agents/agent.schema.json is out of date. Run: UPDATE_SCHEMA=1 npm run test:unit -- test/unit/core/agent',
    ).toBe(await schemaText());
  });

  it.each(agentFiles)('takes %s, as the code does', (file) => {
    const yaml = readFileSync(new URL(file, folder), 'utf8');
    const validate = new Ajv2020({ strict: false }).compile(agentJsonSchema());
    expect(validate(parse(yaml)), JSON.stringify(validate.errors)).toBe(true);
    expect(parseAgent(yaml, file)).toMatchObject({ ok: true });
  });

  it('names a field that does not exist', () => {
    const validate = new Ajv2020({ strict: false }).compile(agentJsonSchema());
    expect(validate({ name: 'a', greeting: 'b', greetingUnknown: 'c', instructions: 'd', queues: [], colour: 1 })).toBe(
      false,
    );
  });
});
