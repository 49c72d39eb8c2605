import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLanguage } from '#core/language/parse';
import { anyText } from '../../../support/any-text.ts';

const german = readFileSync(new URL('../../../fixtures/languages/de.yaml', import.meta.url), 'utf8');

function problemsOf(yaml: string): readonly string[] {
  const parsed = parseLanguage(yaml, 'languages/de.yaml');
  return parsed.ok ? [] : parsed.problems;
}

describe('a language file', () => {
  it('needs nothing but itself', () => {
    expect(parseLanguage(german, 'languages/de.yaml')).toMatchObject({
      ok: true,
      value: { language: 'de', name: 'Deutsch', digits: { zwo: 2 } },
    });
  });

  it.each([
    [
      'a phrase that would never be found',
      german.replace('ja bitte', "'Ja, bitte!'"),
      /:\d+: yes\.1: expected words in small letters/,
    ],
    [
      'a missing sentence',
      german.replace(/ {2}closing:.*\n/, ''),
      /:\d+: texts\.closing: missing: give a value \(string\)$/,
    ],
    ['a digit that is none', german.replace('eins: 1,', 'eins: 11,'), /:\d+: digits\.eins: Too big/],
    [
      'an unknown field',
      `${german}colour: blue\n`,
      /:\d+: colour: unknown field: remove it, or see agents\/languages\/language\.schema\.json/,
    ],
    [
      'a failure message nobody would listen to',
      german.replace('niemand frei', 'niemand '.repeat(30)),
      /failureMessage: Too big/,
    ],
    ['nothing in it', '', /:1: expected fields such as "language: en"$/],
  ])('with %s says where and what', (_, yaml, problem) => {
    expect(problemsOf(yaml).join('\n')).toMatch(problem);
  });

  it('tells everything that is wrong at once', () => {
    expect(
      problemsOf(`${german.replace('ja bitte', 'JA').replace('eins: 1,', 'eins: x,')}colour: blue\n`),
    ).toHaveLength(3);
  });

  it('is read without an error, whatever it is', () => {
    const line = fc.oneof(anyText(30), fc.constantFrom('language: de', 'yes: [1]', 'texts:', '- &x', '? []'));
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        for (const problem of problemsOf(lines.join('\n'))) expect(problem).toMatch(/^languages\/de\.yaml:\d+: /);
      }),
      { numRuns: 50 },
    );
  });
});
