import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAgent } from '#core/agent/parse';
import { anyText } from '../../../support/any-text.ts';

const minimal = `name: cards
languages:
  - language: en-US
    voice: en-US-AvaMultilingualNeural
    greeting: Hello {name}.
    greetingUnknown: Hello.
instructions: Help.
queues:
  - name: disputes
    target: '+18005550110'
`;
const withLanguage = (fields: string): string => minimal.replace('instructions', `${fields}instructions`);

function problemsOf(yaml: string): readonly string[] {
  const parsed = parseAgent(yaml, 'agents/cards.yaml');
  return parsed.ok ? [] : parsed.problems;
}

describe('an agent file', () => {
  it('needs little, and gets the rest by default', () => {
    const parsed = parseAgent(minimal, 'agents/cards.yaml');
    expect(parsed).toMatchObject({
      ok: true,
      agent: {
        languages: [{ language: 'en-US', texts: {}, lexicon: [] }],
        languageFrom: { identify: false },
        queues: [{ name: 'disputes', target: '+18005550110', topics: [] }],
        handover: { confirm: true, onFailure: 'disconnect' },
        keypad: { terminator: '#' },
      },
    });
  });

  it.each([
    [
      'a number that is none',
      minimal.replace("'+18005550110'", '1800'),
      'agents/cards.yaml:10: queues.0.target: Invalid input: expected string, received number',
    ],
    [
      'a number without its plus',
      minimal.replace('+1800', '1800'),
      'agents/cards.yaml:10: queues.0.target: expected an E.164 number such as "+18005550142"',
    ],
    [
      'an unknown field',
      `${minimal}colour: blue\n`,
      'agents/cards.yaml:11: colour: unknown field: remove it, or see agents/agent.schema.json for its name',
    ],
    [
      'an unknown field further in',
      `${minimal}handover:\n  confirm: true\n  mood: good\n`,
      'agents/cards.yaml:13: handover.mood: unknown field: remove it, or see agents/agent.schema.json for its name',
    ],
    [
      'a failure message nobody would listen to',
      withLanguage(`    texts:\n      failureMessage: ${'a'.repeat(151)}\n`),
      'agents/cards.yaml:8: languages.0.texts.failureMessage: Too big: expected string to have <=150 characters',
    ],
    [
      'a missing field',
      minimal.replace('instructions: Help.\n', ''),
      'agents/cards.yaml:1: instructions: missing: give a value (string)',
    ],
    [
      'a missing field of a queue',
      minimal.replace(/ {4}target.*\n/, ''),
      'agents/cards.yaml:9: queues.0.target: missing: give a value (string)',
    ],
    [
      'a fall-back to a queue that is not there',
      `${minimal}handover:\n  fallback:\n    - general\n`,
      'agents/cards.yaml:13: handover.fallback.0: no queue is called "general"; there are disputes',
    ],
    [
      'a queue for failed calls that is not there',
      `${minimal}failure:\n  queue: general\n`,
      'agents/cards.yaml:12: failure.queue: no queue is called "general"; there are disputes',
    ],
    [
      'hours that no clock has',
      `${minimal}    hours: { zone: Mars/Olympus, weekly: {} }\n`,
      'agents/cards.yaml:11: queues.0.hours.zone: expected an IANA time zone such as "America/New_York" or "Europe/Madrid"',
    ],
    [
      'a place that nothing fills',
      withLanguage(`    texts:\n      longWait: The wait is {minutes}.\n`),
      'agents/cards.yaml:8: languages.0.texts.longWait: nothing fills other places than {wait}',
    ],
    [
      'two queues of one name',
      `${minimal}  - name: disputes\n    target: '+18005550111'\n`,
      'agents/cards.yaml:11: queues.1.name: there is another queue "disputes": give each its own name',
    ],
    [
      'one key for two things',
      `${minimal}keypad:\n  toPerson: '#'\n`,
      'agents/cards.yaml:12: keypad.toPerson: the same key as keypad.terminator: choose another',
    ],
    [
      'a language that is none',
      minimal.replace('en-US\n', 'English\n'),
      'agents/cards.yaml:3: languages.0.language: expected a BCP 47 tag such as "en-US"',
    ],
    [
      'no language',
      minimal.replace(/languages:[\s\S]*instructions/, 'languages: []\ninstructions'),
      'agents/cards.yaml:2: languages: Too small: expected array to have >=1 items',
    ],
    [
      'one language twice',
      withLanguage(
        '  - { language: en-US, voice: en-US-AvaMultilingualNeural, greeting: Hello., greetingUnknown: Hello. }\n',
      ),
      'agents/cards.yaml:7: languages.1.language: en-US is there already: remove one of them',
    ],
    [
      'a voice of another language',
      minimal.replace('en-US-AvaMultilingualNeural', 'es-ES-ElviraNeural'),
      'agents/cards.yaml:4: languages.0.voice: a voice of es-ES, and not multilingual: it cannot speak en-US',
    ],
    [
      'a number in a language it does not speak',
      `${minimal}languageFrom:\n  numbers: { '+18005550199': es-MX }\n`,
      'agents/cards.yaml:12: languageFrom.numbers.+18005550199: the agent does not speak es-MX; there are en-US',
    ],
    [
      'a language for a number that is none',
      `${minimal}languageFrom:\n  numbers: { '18005550199': en-US }\n`,
      'agents/cards.yaml:12: languageFrom.numbers.18005550199: expected an E.164 number such as "+18005550142"',
    ],
    [
      'two regions to tell apart by ear',
      withLanguage(
        '  - { language: en-GB, voice: en-GB-SoniaNeural, greeting: Hello., greetingUnknown: Hello. }\n',
      ).concat('languageFrom:\n  identify: true\n'),
      "agents/cards.yaml:13: languageFrom.identify: en-GB cannot be told from another region's: leave one of them",
    ],
    [
      'a word without a pronunciation',
      withLanguage('    lexicon:\n      - word: Contoso\n'),
      'agents/cards.yaml:8: languages.0.lexicon.0: give one of "say" and "ipa"',
    ],
    [
      'a pronunciation in slashes',
      withLanguage("    lexicon:\n      - { word: Contoso, ipa: '/kən/' }\n"),
      'agents/cards.yaml:8: languages.0.lexicon.0.ipa: expected sounds only, without spaces, slashes and brackets',
    ],
    [
      'a place in the greeting that nothing fills',
      minimal.replace('{name}', '{nmae}'),
      'agents/cards.yaml:5: languages.0.greeting: nothing fills {nmae}; there are {name}, {reason}',
    ],
    [
      'a name in the greeting for callers without one',
      minimal.replace('Hello.', 'Hello {name}.'),
      'agents/cards.yaml:6: languages.0.greetingUnknown: nothing fills {name} here: write it without',
    ],
    ['a field twice', `${minimal}name: other\n`, 'agents/cards.yaml:11: not valid YAML: Map keys must be unique'],
    [
      'a tab',
      `${minimal}keypad:\n\ttoPerson: '0'\n`,
      'agents/cards.yaml:12: not valid YAML: Tabs are not allowed as indentation',
    ],
    [
      'an alias to nothing',
      `${minimal}phrases: *nobody\n`,
      'agents/cards.yaml:11: not valid YAML: nothing above is marked &nobody',
    ],
    ['no fields', 'hello', 'agents/cards.yaml:1: expected fields such as "name: card-services"'],
    ['nothing in it', '', 'agents/cards.yaml:1: expected fields such as "name: card-services"'],
  ])('with %s says where and what', (_, yaml, problem) => {
    expect(problemsOf(yaml)).toEqual([problem]);
  });

  it('tells everything that is wrong at once', () => {
    expect(problemsOf(`${minimal}colour: blue\nmaxReplyTokens: 1\nlanguageFrom: { identify: maybe }\n`)).toHaveLength(
      3,
    );
  });

  it('that grows without end when it is read is refused', () => {
    const doubling = Array.from({ length: 30 }, (_, n) => `k${n}: &k${n} [*k${n - 1}, *k${n - 1}]`).slice(1);
    expect(problemsOf(['k0: &k0 [x]', ...doubling].join('\n'))).toEqual([
      expect.stringMatching(/^agents\/cards\.yaml:1: not valid YAML: Excessive alias count/),
    ]);
    expect(problemsOf('a'.repeat(200_001))).toEqual([expect.stringContaining('longer than 200000 characters')]);
    expect(problemsOf('['.repeat(50_000)).length).toBeGreaterThan(0);
  });

  it('is read without an error, whatever it is', () => {
    const line = fc.oneof(
      anyText(30),
      fc.constantFrom(
        'name: a',
        'queues:',
        '  - name: b',
        '- &x',
        'a: *x',
        '<<: *x',
        '__proto__: 1',
        '? [a]',
        '---',
        '|',
      ),
    );
    fc.assert(
      fc.property(fc.array(line, { size: 'large' }), (yaml) => {
        for (const problem of problemsOf(yaml.join('\n'))) expect(problem).toMatch(/^agents\/cards\.yaml:\d+: /);
      }),
      { numRuns: 150 },
    );
  });
});
