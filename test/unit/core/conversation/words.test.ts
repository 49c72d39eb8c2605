import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasWords, isBackChannel, yesOrNo } from '#core/conversation/words';

describe('an answer to a question of yes or no', () => {
  it.each<[string, string, string]>([
    ['Yes, please.', 'en-US', 'yes'],
    ['Okay!', 'en-GB', 'yes'],
    ['That would be great', 'en-US', 'yes'],
    ['No, thanks.', 'en-US', 'no'],
    ["I don't think so", 'en-US', 'no'],
    ['I can’t right now, sure', 'en-US', 'no'],
    ['Yes, no, wait', 'en-US', 'no'],
    ['My dog is brown', 'en-US', 'unclear'],
    ['yesterday', 'en-US', 'unclear'],
    ['nobody knows', 'en-US', 'unclear'],
    ['', 'en-US', 'unclear'],
    ['Sí, claro', 'es-ES', 'yes'],
    ['Mejor no', 'es-ES', 'no'],
    ['Yes', 'xx-XX', 'yes'],
  ])('%j (%s) is meant as %s', (text, language, meant) => {
    expect(yesOrNo(text, language)).toBe(meant);
  });
});

describe('words said over the agent', () => {
  it.each(['uh-huh', 'Mm-hmm.', '  OKAY ', 'I see!'])('%j only shows that somebody listens', (text) => {
    expect(isBackChannel(text, 'en-US')).toBe(true);
  });

  it.each(['okay but', 'stop', 'right now', 'no'])('%j means to interrupt', (text) => {
    expect(isBackChannel(text, 'en-US')).toBe(false);
  });

  it('are none when nothing in them was said', () => {
    expect(['', ' ', '...', '?!'].map(hasWords)).toEqual([false, false, false, false]);
    expect(['a', '7', 'é', '日本'].map(hasWords)).toEqual([true, true, true, true]);
  });

  it('can be anything at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 2_000 }), fc.string(), (text, language) => {
        expect(['yes', 'no', 'unclear']).toContain(yesOrNo(text, language));
        expect(isBackChannel(text, language)).toBeTypeOf('boolean');
      }),
    );
  });
});
