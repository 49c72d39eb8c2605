import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callBackOrConnect, hasWords, isBackChannel, isOnlyNo, sameWords, yesOrNo } from '#core/conversation/words';
import { packOf } from '../../../support/language-packs.ts';

const languages = fc.constantFrom('en', 'es', 'de').map(packOf);

describe('an answer to a question of yes or no', () => {
  it.each<[string, string, string]>([
    ['Yes, please.', 'en', 'yes'],
    ['Okay!', 'en', 'yes'],
    ['That would be great', 'en', 'yes'],
    ['Why not?', 'en', 'yes'],
    ['Sure, no problem.', 'en', 'yes'],
    ['I don’t mind.', 'en', 'yes'],
    ['Mm-hmm.', 'en', 'yes'],
    ["That's right", 'en', 'yes'],
    ['put me through', 'en', 'yes'],
    ['No, thanks.', 'en', 'no'],
    ['No thanks, wait', 'en', 'no'],
    ["I don't think so", 'en', 'no'],
    ['I can’t right now, sure', 'en', 'no'],
    ['Yes, no, wait', 'en', 'no'],
    ['Not yet.', 'en', 'no'],
    ['Uh-uh.', 'en', 'no'],
    ['Hold on a second', 'en', 'no'],
    ['Okay, no problem. No, wait.', 'en', 'no'],
    ['Are you sure?', 'en', 'unclear'],
    ["I'm not sure.", 'en', 'unclear'],
    ['Right now?', 'en', 'unclear'],
    ['Yes, that one.', 'en', 'yes'],
    ['Later, maybe', 'en', 'no'],
    ["I don't know", 'en', 'unclear'],
    ['Could you repeat that, please?', 'en', 'unclear'],
    ['My dog is brown', 'en', 'unclear'],
    ['yesterday', 'en', 'unclear'],
    ['nobody knows', 'en', 'unclear'],
    ['', 'en', 'unclear'],
    ['Sí, claro', 'es', 'yes'],
    ['Si', 'es', 'yes'],
    ['Vale.', 'es', 'yes'],
    ['¡Órale!', 'es', 'yes'],
    ['Dale', 'es', 'yes'],
    ['Sale y vale', 'es', 'yes'],
    ['Cómo no', 'es', 'yes'],
    ['Por supuesto', 'es', 'yes'],
    ['Claro, no hay problema.', 'es', 'yes'],
    ['Sí, para hablar con alguien', 'es', 'yes'],
    ['Mejor no', 'es', 'no'],
    ['Claro que no', 'es', 'no'],
    ['Sí, pero espere un momento', 'es', 'no'],
    ['Ahora no, gracias', 'es', 'no'],
    ['¿Está seguro?', 'es', 'unclear'],
    ['¿Me lo repite, por favor?', 'es', 'unclear'],
    ['No sé', 'es', 'unclear'],
    ['No le oigo', 'es', 'unclear'],
    ['Ja, gerne', 'de', 'yes'],
    ['Kein Problem', 'de', 'yes'],
    ['Lieber nicht.', 'de', 'no'],
    ['Ich weiß nicht', 'de', 'unclear'],
  ])('%j (%s) is meant as %s', (text, language, meant) => {
    expect(yesOrNo(text, packOf(language))).toBe(meant);
  });

  it('is a no wherever one of its words is a plain "no"', () => {
    const parts = fc.array(fc.constantFrom('yes', 'sure', 'please', 'of course'), { maxLength: 5 });
    fc.assert(
      fc.property(parts, parts, (before, after) => {
        expect(yesOrNo([...before, 'no', ...after].join(', '), packOf('en'))).toBe('no');
      }),
    );
  });
});

describe('words said over the agent', () => {
  it.each(['uh-huh', 'Mm-hmm.', '  OKAY ', 'I see!', 'Yeah, okay.', 'Right, right.'])(
    '%j only shows that somebody listens',
    (text) => {
      expect(isBackChannel(text, packOf('en'))).toBe(true);
    },
  );

  it.each(['okay but', 'stop', 'right now', 'no', '', 'yeah yeah yeah yeah'])('%j means to interrupt', (text) => {
    expect(isBackChannel(text, packOf('en'))).toBe(false);
  });

  it('are none when nothing in them was said', () => {
    expect(['', ' ', '...', '?!'].map(hasWords)).toEqual([false, false, false, false]);
    expect(['a', '7', 'é', '日本'].map(hasWords)).toEqual([true, true, true, true]);
  });

  it('are the same in other writing', () => {
    expect(sameWords('Yes, please.', 'yes please')).toBe(true);
    expect(sameWords('Yes, please.', 'yes, pleased')).toBe(false);
  });

  it('can be anything at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 2_000 }), languages, (text, pack) => {
        expect(['yes', 'no', 'unclear']).toContain(yesOrNo(text, pack));
        expect(isBackChannel(text, pack)).toBeTypeOf('boolean');
        expect(sameWords(text, text)).toBe(true);
      }),
    );
  });
});

describe('a choice between waiting and being called back', () => {
  it.each([
    ['I’ll wait', 'en', 'connect'],
    ['connect me please', 'en', 'connect'],
    ['Prefiero esperar', 'es', 'connect'],
    ['Páseme, por favor', 'es', 'connect'],
    ['Call me back', 'en', 'call-back'],
    ['I would like a callback', 'en', 'call-back'],
    ["I don't want to wait", 'en', 'call-back'],
    ['Que me llamen luego', 'es', 'call-back'],
    ['No quiero esperar', 'es', 'call-back'],
    ["Don't call me back, connect me", 'en', 'connect'],
    ["Don't connect me, call me back", 'en', 'call-back'],
    ['No me llamen, páseme', 'es', 'connect'],
    ['Ich warte', 'de', 'connect'],
    ['Rufen Sie mich zurück', 'de', 'call-back'],
    ['yes', 'en', 'unclear'],
    ['¿Cómo?', 'es', 'unclear'],
    ['', 'en', 'unclear'],
  ])('%j (%s) is %s', (text, language, choice) => {
    expect(callBackOrConnect(text, packOf(language))).toBe(choice);
  });
});

describe('a no and nothing else', () => {
  it.each([
    ['No.', 'en', true],
    ['No, thanks', 'en', true],
    ['No gracias', 'es', true],
    ['No, but tell me my balance', 'en', false],
    ['Yes', 'en', false],
  ])('%j (%s): %s', (text, language, isOne) => {
    expect(isOnlyNo(text, packOf(language))).toBe(isOne);
  });
});
