import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spokenPassage } from '#core/knowledge/spoken-passage';

const spoken = (text: string, maxChars: number, abbreviations: readonly string[] = []): string =>
  spokenPassage(text, maxChars, abbreviations).join(' ');

describe('a passage that is read out', () => {
  const passage = 'A new card takes five days. An express card costs $4.50 and takes two. Ask Mr. Smith for more.';

  it('is read whole when it fits', () => {
    expect(spoken(passage, 200, ['mr'])).toBe(passage);
  });

  it('ends with the last sentence that fits', () => {
    expect(spoken(passage, 90, ['mr'])).toBe('A new card takes five days. An express card costs $4.50 and takes two.');
    expect(spoken(passage, 40, ['mr'])).toBe('A new card takes five days.');
  });

  it('ends between words when one sentence is too long', () => {
    expect(spoken('A new card, which has another number, takes five days.', 30)).toBe('A new card, which has another');
    expect(spoken('x'.repeat(50), 10)).toBe('x'.repeat(10));
  });

  it('comes in pieces, so that the first is heard soon', () => {
    expect(spokenPassage(passage, 200, ['mr'])).toEqual([
      'A new card takes five days.',
      'An express card costs $4.50 and takes two.',
      'Ask Mr. Smith for more.',
    ]);
    expect(spokenPassage(' ', 200, [])).toEqual([]);
  });

  it('is never longer than it may be, nor anything but its own words', () => {
    fc.assert(
      fc.property(
        fc.lorem({ mode: 'sentences', maxCount: 12 }),
        fc.integer({ min: 10, max: 400 }),
        (text, maxChars) => {
          const words = spoken(text, maxChars);
          expect(words.length).toBeLessThanOrEqual(maxChars);
          expect(text.startsWith(words)).toBe(true);
        },
      ),
    );
  });
});
