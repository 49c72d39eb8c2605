import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clauseCutter } from '#core/conversation/clauses';
import { anyText } from '../../../support/any-text.ts';
import { packOf } from '../../../support/language-packs.ts';

function cut(pieces: readonly string[], language = 'en'): string[] {
  const cutter = clauseCutter(packOf(language).abbreviations);
  const clauses = pieces.flatMap((piece) => cutter.push(piece));
  const rest = cutter.flush();
  return rest === undefined ? clauses : [...clauses, rest];
}

describe('a reply as it is written', () => {
  it.each<[string, string, string[]]>([
    ['sentence by sentence', 'Of course. One moment! Ready?', ['Of course.', 'One moment!', 'Ready?']],
    [
      'its first clause at a comma, later ones not',
      'I can see the charge you mean, it is from Monday. It is small, as you say, but odd.',
      ['I can see the charge you mean,', 'it is from Monday.', 'It is small, as you say, but odd.'],
    ],
    ['not after a word or two', 'Yes, I can see that charge.', ['Yes, I can see that charge.']],
    ['not inside an amount', 'That is $1,042.50 in all. Right?', ['That is $1,042.50 in all.', 'Right?']],
    ['not after a title', 'Ask for Mr. Smith or Dr. J. Jones. Bye.', ['Ask for Mr. Smith or Dr. J. Jones.', 'Bye.']],
    ['not after the time of day', 'We open at 9 a.m. on Monday. Bye.', ['We open at 9 a.m. on Monday.', 'Bye.']],
    [
      'not inside a link',
      'See [our page. Really](https://a.example/x y. z) now. Bye.',
      ['See [our page. Really](https://a.example/x y. z) now.', 'Bye.'],
    ],
    [
      'not inside a tag',
      'So <a title="Hi. You">this</a> it is. Bye.',
      ['So <a title="Hi. You">this</a> it is.', 'Bye.'],
    ],
    ['in spite of a stray bracket', 'Press [one. Then\ntwo. Bye', ['Press [one.', 'Then', 'two.', 'Bye']],
    ['without its code', 'Do this: ```js\nlet a = 1. b;\n``` Then call. Bye.', ['Do this:', 'Then call.', 'Bye.']],
    ['after a no', 'No. That was somebody else.', ['No.', 'That was somebody else.']],
    ['not after the number of a list', '1. Take the card.\n2. Call us.', ['1. Take the card.', '2. Call us.']],
    ['at the end of a line', 'First\nSecond', ['First', 'Second']],
    ['after a quotation', 'It says "closed." Then call.', ['It says "closed."', 'Then call.']],
    [
      'in scripts without white space',
      '承知しました。少々お待ちください。',
      ['承知しました。', '少々お待ちください。'],
    ],
  ])('is cut %s', (_, reply, clauses) => {
    expect(cut([reply])).toEqual(clauses);
  });

  it.each([
    ['es', 'Pregunte por la Sra. López. Adiós.', ['Pregunte por la Sra. López.', 'Adiós.']],
    ['es', 'Abrimos a las 9 a.m. del lunes. Adiós.', ['Abrimos a las 9 a.m. del lunes.', 'Adiós.']],
    ['de', 'Das geht z.B. morgen. Danke.', ['Das geht z.B. morgen.', 'Danke.']],
  ])('is cut by the abbreviations of its language (%s)', (language, reply, clauses) => {
    expect(cut([reply], language)).toEqual(clauses);
  });

  it('is spoken as soon as a sentence is complete', () => {
    const cutter = clauseCutter([]);
    expect(cutter.push('Of cour')).toEqual([]);
    expect(cutter.push('se.')).toEqual([]);
    expect(cutter.push(' Let')).toEqual(['Of course.']);
    expect(cutter.flush()).toBe('Let');
    expect(cutter.flush()).toBeUndefined();
  });

  it('without any end is cut between two words all the same', () => {
    const clauses = cut(['and so on '.repeat(100)]);
    expect(clauses.length).toBeGreaterThan(2);
    for (const clause of clauses) expect(clause).toMatch(/^(?:and|so|on)\b.*\b(?:and|so|on)$/);
  });

  const replies = fc.oneof(
    anyText(1_500),
    fc
      .array(
        fc.constantFrom(
          ...['word', ' ', ' ', '. ', ', ', 'Mr. ', '4.50', '\n', '1. ', '!', '。', '😀', 'x'.repeat(450)],
          ...['[', ']', '](', ')', '<a ', '>', '`', '``', '```', 'https://a'],
        ),
        {
          maxLength: 200,
          size: 'max',
        },
      )
      .map((parts) => parts.join('')),
  );

  it('is spoken whole, whatever it is', () => {
    const bare = (text: string): string => text.replace(/\s+/gu, '');
    fc.assert(
      fc.property(replies, (reply) => {
        const clauses = cut([reply]);
        expect(bare(clauses.join(''))).toBe(bare(reply.replace(/```[\s\S]*?(?:```|$)/g, '')));
        for (const clause of clauses) {
          expect(clause).toBe(clause.trim());
          expect(clause).not.toBe('');
          expect(clause.length).toBeLessThanOrEqual(400);
          if (reply.isWellFormed()) expect(clause.isWellFormed()).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is cut at the same places however it arrives', () => {
    fc.assert(
      fc.property(replies, fc.array(fc.nat({ max: 1_500 })), (reply, cuts) => {
        const places = [...new Set([0, ...cuts.filter((at) => at < reply.length)])].sort((a, b) => a - b);
        const pieces = places.map((at, index) => reply.slice(at, places[index + 1]));
        expect(cut(pieces)).toEqual(cut([reply]));
      }),
      { numRuns: 500 },
    );
  });
});
