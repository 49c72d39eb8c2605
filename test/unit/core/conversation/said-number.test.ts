import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readableNumber, saidNumber } from '#core/conversation/said-number';
import { keyed, spoken } from '#core/conversation/step';
import { packOf } from '../../../support/language-packs.ts';

describe('a telephone number in an answer', () => {
  it.each([
    ['en', '425-555-0100', '4255550100'],
    ['en', 'It is four two five, five five five, zero one double zero.', '4255550100'],
    ['en', '+1 (425) 555-0100', '+14255550100'],
    ['en', 'plus one four two five five five five oh one hundred', '+14255550100'],
    ['es', 'Seis uno dos, treinta y cuatro, cincuenta y seis, setenta y ocho', '612345678'],
    ['es', 'más treinta y cuatro seis uno dos tres cuatro cinco seis siete ocho', '+34612345678'],
  ])('%s: %j is %s', (language, said, number) => {
    expect(saidNumber(spoken(said, 0.9), packOf(language))).toBe(number);
  });

  it.each(['', 'my number', '12345', 'one two three', '1234 5678 9012 3456', 'yes'])('is none in %j', (said) => {
    expect(saidNumber(spoken(said, 0.9), packOf('en'))).toBeUndefined();
  });

  it('may be keyed', () => {
    expect(saidNumber(keyed('0034612345678'), packOf('en'))).toBe('0034612345678');
    expect(saidNumber(keyed('*123#'), packOf('en'))).toBeUndefined();
  });

  it('is digits of a legal count, whatever was said', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.boolean(), (text, isKeyed) => {
        const number = saidNumber(isKeyed ? keyed(text) : spoken(text, 0.5), packOf('en'));
        if (number !== undefined) expect(number).toMatch(/^\+?\d{6,15}$/);
      }),
    );
  });
});

describe('a number that is read out', () => {
  it.each([
    ['4255550100', '425 555 0100'],
    ['+14255550100', '+1 425 555 0100'],
    ['612345678', '61 234 5678'],
    ['5550100', '5550100'],
  ])('%s is %j', (number, words) => {
    expect(readableNumber(number)).toBe(words);
  });
});
