import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import { parseYaml } from '#core/yaml-file';

const root = path.resolve(import.meta.dirname, '../../..');
const anything = { schema: z.unknown(), check: () => [], schemaFile: 'none', example: 'a: 1' };

function read(text: string): unknown {
  const parsed = parseYaml(text, 'a.yaml', anything);
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  return parsed.value;
}

/** What is hard to write as YAML: words that are values, signs that mean something, lines. */
const words = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    'yes',
    'No',
    'on',
    '~',
    'null',
    'TRUE',
    '0o17',
    '0x1F',
    '017',
    '1_000',
    '1e3',
    '.5',
    '2026-11-21',
    '12:30:45',
  ),
  fc.constantFrom(
    '- a',
    'a: b',
    'a #b',
    '"quoted"',
    "it's",
    '{x}',
    '[y]',
    '&b',
    '*c',
    '!d',
    '%e',
    '---',
    'two\nlines\n',
    ' edge ',
  ),
);

describe('a YAML file', () => {
  it('means what it means to the library that tells lines, however it is written', () => {
    const written = fc.record({
      value: fc.letrec((tie) => ({
        node: fc.oneof(
          { maxDepth: 3 },
          words,
          fc.integer(),
          fc.double({ noNaN: true, noDefaultInfinity: true }),
          fc.boolean(),
          fc.constant(null),
          fc.array(tie('node'), { maxLength: 4 }),
          fc.dictionary(words, tie('node'), { maxKeys: 4 }),
        ),
      })).node,
      lineWidth: fc.constantFrom(0, 20, 80),
      defaultStringType: fc.constantFrom(
        'PLAIN' as const,
        'QUOTE_DOUBLE' as const,
        'QUOTE_SINGLE' as const,
        'BLOCK_FOLDED' as const,
      ),
      collectionStyle: fc.constantFrom('any' as const, 'flow' as const),
    });
    fc.assert(
      fc.property(written, ({ value, ...style }) => {
        const text = stringify({ value }, style);
        expect(read(text)).toEqual(parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    '1_000',
    '0o17',
    '0x1F',
    '017',
    '.5',
    '+1',
    '1e3',
    '~',
    'Null',
    'TRUE',
    'yes',
    'on',
    '2026-11-21',
    '1:30',
    '',
    '"\\u00e9"',
  ])('has a value as YAML 1.2 says for %s', (scalar) => {
    const text = `a: ${scalar}\n`;
    expect(read(text)).toEqual(parse(text));
  });

  it('that marks a text and uses it again has it in both places', () => {
    expect(read('a: &greeting Hello\nb: *greeting\n')).toEqual({ a: 'Hello', b: 'Hello' });
  });

  it.each([
    ['an indentation that fits nowhere', 'a:\n  b: 1\n c: 2\n', 3],
    ['a field twice', 'a: 1\nb: 2\na: 3\n', 3],
    ['a tab as indentation', 'a:\n\tb: 1\n', 2],
  ])('with %s is refused with the line', (_, text, line) => {
    const parsed = parseYaml(text, 'agent.yaml', anything);
    expect(parsed).toMatchObject({ ok: false });
    expect(parsed.ok ? [] : parsed.problems[0]).toMatch(new RegExp(`^agent\\.yaml:${line}: not valid YAML`));
  });

  it.each(
    ['agents', 'agents/languages', 'test/fixtures/languages'].flatMap((folder) =>
      readdirSync(path.join(root, folder))
        .filter((file) => file.endsWith('.yaml'))
        .map((file) => `${folder}/${file}`),
    ),
  )('of the repository means the same to both: %s', (file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    expect(read(text)).toEqual(parse(text));
  });
});
