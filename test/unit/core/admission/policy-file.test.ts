import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parsePolicy } from '#core/admission/parse';
import { openPolicy } from '#core/admission/policy';
import { admissionJsonSchema } from '#core/admission/schema';

const folder = new URL('../../../../agents/admission/', import.meta.url);
const schemaFile = new URL('admission.schema.json', folder);
const example = readFileSync(new URL('contoso.yaml', folder), 'utf8');

function problems(...lines: readonly string[]): readonly string[] {
  const parsed = parsePolicy(lines.join('\n'), 'policy.yaml');
  return parsed.ok ? [] : parsed.problems;
}

describe('the published JSON Schema of admission policies', () => {
  it('is what the code checks', async () => {
    const json = JSON.stringify(admissionJsonSchema());
    const text = await format(json, { ...(await resolveConfig(schemaFile)), parser: 'json' });
    if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(schemaFile, text);
    const howToMend = 'Run: UPDATE_SCHEMA=1 npm run test:unit -- test/unit/core/admission/policy-file';
    expect(readFileSync(schemaFile, 'utf8'), howToMend).toBe(text);
  });

  it('takes the example, as the code does', () => {
    const validate = new Ajv2020({ strict: false }).compile(admissionJsonSchema());
    expect(validate(parse(example)), JSON.stringify(validate.errors)).toBe(true);
    expect(parsePolicy(example, 'contoso.yaml')).toMatchObject({ ok: true, value: { agent: 'on' } });
  });
});

describe('an admission policy', () => {
  it('that says nothing lets everybody in', () => {
    expect(parsePolicy('{}', 'policy.yaml')).toEqual({ ok: true, value: openPolicy });
  });

  it('is switched with words that YAML readers may take for truth values', () => {
    expect(problems('agent: off')).toEqual([]);
    expect(problems('agent: on')).toEqual([]);
    expect(problems('agent: false')).toEqual(['policy.yaml:1: agent: expected on or off']);
  });

  it('sends no caller to one of its own numbers, where the call would come back for ever', () => {
    const why = '+18005550199 is one of our own: the call would come back for ever; name a number of people';
    expect(problems("calledNumbers: ['+18005550199']", "then: { closed: { number: '+18005550199' } }")).toEqual([
      `policy.yaml:2: then.closed.number: ${why}`,
    ]);
    expect(problems("lines: [{ numbers: ['+18005550199'], then: { full: { number: '+18005550199' } } }]")).toEqual([
      `policy.yaml:1: lines.0.then.full.number: ${why}`,
    ]);
  });

  it('is refused with file, line and field of everything that is wrong', () => {
    expect(
      problems(
        'agent: on',
        'blockedCallers:',
        "  numbers: ['0425 555']",
        '  prefixes: [1900]',
        'hours:',
        '  zone: Contoso',
        '  weekly: { mondays: [] }',
        'then:',
        '  closed: { queue: Night Desk }',
        '  full: voicemail',
        'colour: red',
      ),
    ).toEqual([
      'policy.yaml:3: blockedCallers.numbers.0: expected an E.164 number such as "+18005550142"',
      'policy.yaml:4: blockedCallers.prefixes.0: Invalid input: expected string, received number',
      'policy.yaml:6: hours.zone: expected an IANA time zone such as "America/New_York" or "Europe/Madrid"',
      'policy.yaml:7: hours.weekly.mondays: unknown field: remove it, or see agents/admission/admission.schema.json for its name',
      'policy.yaml:9: then.closed.queue: expected the name of a queue: lower-case letters, digits and hyphens',
      'policy.yaml:10: then.full: expected "answer", "people", {queue: name}, {number: "+18005550142"} or {refuse: unavailable}',
      'policy.yaml:11: colour: unknown field: remove it, or see agents/admission/admission.schema.json for its name',
    ]);
  });

  it('is refused when a number is in two lines', () => {
    const line = "  - numbers: ['+18005550198']";
    expect(problems('lines:', line, line)).toEqual([
      'policy.yaml:3: lines.1.numbers.0: +18005550198 is in a line already: leave it to one of them',
    ]);
  });
});
