import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heardText } from '#core/conversation/heard';

const text = 'Your balance is 42 dollars.';
const words = ['Your', 'balance', 'is', '42', 'dollars.'].map((word, index) => ({ text: word, atMs: index * 300 }));

describe('a reply that was cut off', () => {
  it('was heard up to the last word that was more than begun', () => {
    expect(heardText(text, words, 760, 1_500)).toBe('Your balance is');
    expect(heardText(text, words, 700, 1_500)).toBe('Your balance');
  });

  it('was not heard at all before its first word', () => {
    expect(heardText(text, words, 0, 1_500)).toBe('');
    expect(heardText(text, words, 100, 1_500)).toBe('');
  });

  it('was heard whole after its end', () => {
    expect(heardText(text, words, 1_500, 1_500)).toBe(text);
  });

  it('goes on from a word that was spelled otherwise when it was spoken', () => {
    const spelled = words.map((word) => (word.text === '42' ? { ...word, text: 'forty-two' } : word));
    expect(heardText(text, spelled, 1_400, 1_500)).toBe(text);
  });

  const upTo = (whole: string, ...spoken: string[]): string =>
    heardText(
      whole,
      spoken.map((word) => ({ text: word, atMs: 0 })),
      1_000,
      2_000,
    );

  it.each([
    [
      'an amount in words',
      'You paid $42.10 to your card and more.',
      ['You', 'paid', 'forty', 'two', 'dollars', 'and'],
      'You paid',
    ],
    [
      'an amount as it is written',
      'You paid $42.10 to your card.',
      ['You', 'paid', '$42.10', 'to'],
      'You paid $42.10 to',
    ],
    ['the alias of a word', 'Contoso sends a card.', ['con', 'toe', 'so', 'sends', 'a'], 'Contoso sends a'],
    ['a word with an apostrophe that is not reported', "I'm the king of it.", ['the', 'king'], "I'm the king"],
    ['the whole rest as one word', 'Please wait for the card.', ['Please', 'wait for the card.'], 'Please wait'],
    ['marks of their own', 'Yes, I can.', ['Yes', ',', 'I'], 'Yes, I'],
    ['other letters', 'Your BALANCE is fine.', ['your', 'balance'], 'Your BALANCE'],
    ['parts of a line without spaces', '承知しました。少々お待ちください。', ['承知', 'しました'], '承知しました'],
    ['a number in pieces', 'Call 555-0110 now.', ['Call', '555', '0110'], 'Call 555-0110'],
    ['a word that comes again far behind', 'Go on to the desk by the door and pay the man.', ['Go', 'and'], 'Go'],
  ])('is followed where synthesis reports %s', (_, whole, spoken, heard) => {
    expect(upTo(whole, ...spoken)).toBe(heard);
  });

  it('is cut in proportion, at the end of a word, when nothing is known of its words', () => {
    expect(heardText(text, [], 750, 1_500)).toBe('Your balance');
  });

  it('was heard to the very word when synthesis reports each as it is written', () => {
    const plain = fc.array(fc.constantFrom('the', 'card', 'a', 'of', 'and', 'go', "don't", 'fee'), { minLength: 1 });
    fc.assert(
      fc.property(plain, fc.nat(), (parts, some) => {
        const count = some % (parts.length + 1);
        expect(upTo(parts.join(' '), ...parts.slice(0, count))).toBe(
          // Nothing is known of the words when there are none.
          count === 0 ? heardText(parts.join(' '), [], 1_000, 2_000) : parts.slice(0, count).join(' '),
        );
      }),
    );
  });

  it('was always heard as a beginning of itself', () => {
    const timed = fc.array(fc.record({ text: fc.string(), atMs: fc.nat(5_000) }));
    fc.assert(
      fc.property(fc.string(), timed, fc.nat(5_000), fc.nat(5_000), (whole, spoken, heardMs, totalMs) => {
        expect(whole.startsWith(heardText(whole, spoken, heardMs, totalMs))).toBe(true);
      }),
    );
  });
});
