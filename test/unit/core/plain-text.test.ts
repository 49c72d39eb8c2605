import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clip, plainText } from '#core/plain-text';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom('\ud83d', '\ude00', '\u202e', '\u2028', '\ufeff', '\r', 'a', ' '), {
      maxLength: 40,
      size: 'max',
    })
    .map((parts) => parts.join('')),
);

describe('a stranger’s text', () => {
  it('becomes one line without controls, and stays as it is when it is read again', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const plain = plainText(text);
        expect(plain.isWellFormed()).toBe(true);
        expect(plain).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]|\s\s|^\s|\s$/u);
        expect(plainText(plain)).toBe(plain);
      }),
      { numRuns: 500 },
    );
  });

  it('is cut to a length, but never inside a character', () => {
    fc.assert(
      fc.property(anyText, fc.nat({ max: 40 }), (text, maxChars) => {
        const whole = plainText(text);
        const cut = clip(whole, maxChars);
        expect(cut.length).toBeLessThanOrEqual(maxChars);
        expect(cut.length).toBeGreaterThanOrEqual(Math.min(whole.length, maxChars) - 1);
        expect(whole.startsWith(cut)).toBe(true);
        expect(cut.isWellFormed()).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
