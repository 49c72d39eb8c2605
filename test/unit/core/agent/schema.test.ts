import { Ajv2020 } from 'ajv/dist/2020.js';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseAgent } from '#core/agent/parse';
import { agentJsonSchema } from '#core/agent/schema';
import { parseLanguage } from '#core/language/parse';
import { languageJsonSchema } from '#core/language/schema';

const agentsFolder = new URL('../../../../agents/', import.meta.url);
const languagesFolder = new URL('languages/', agentsFolder);

const published = [
  { what: 'agents', file: new URL('agent.schema.json', agentsFolder), schema: agentJsonSchema() },
  { what: 'languages', file: new URL('language.schema.json', languagesFolder), schema: languageJsonSchema() },
];
const files = [
  ...yamlIn(agentsFolder).map((file) => ({ file, schema: agentJsonSchema(), parseFile: parseAgent })),
  ...yamlIn(languagesFolder).map((file) => ({ file, schema: languageJsonSchema(), parseFile: parseLanguage })),
];

function yamlIn(folder: URL): URL[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => new URL(name, folder));
}

describe('a published JSON Schema', () => {
  it.each(published)('of $what is what the code checks', async ({ file, schema }) => {
    const text = await format(JSON.stringify(schema), { ...(await resolveConfig(file)), parser: 'json' });
    if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(file, text);
    expect(
      readFileSync(file, 'utf8'),
      `${file.pathname} is out of date. Run: UPDATE_SCHEMA=1 npm run test:unit -- test/unit/core/agent/schema`,
    ).toBe(text);
  });

  it.each(files)('takes $file.pathname, as the code does', ({ file, schema, parseFile }) => {
    const yaml = readFileSync(file, 'utf8');
    const validate = new Ajv2020({ strict: false }).compile(schema);
    expect(validate(parse(yaml)), JSON.stringify(validate.errors)).toBe(true);
    expect(parseFile(yaml, file.pathname)).toMatchObject({ ok: true });
  });

  it('names a field that does not exist', () => {
    const agent = parse(readFileSync(new URL('card-services.yaml', agentsFolder), 'utf8')) as object;
    const validate = new Ajv2020({ strict: false }).compile(agentJsonSchema());
    expect(validate({ ...agent, colour: 1 })).toBe(false);
    expect(JSON.stringify(validate.errors)).toContain('colour');
  });
});
