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

  it('is cut in proportion, at the end of a word, when nothing is known of its words', () => {
    expect(heardText(text, [], 750, 1_500)).toBe('Your balance');
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
