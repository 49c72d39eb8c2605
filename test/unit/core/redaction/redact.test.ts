import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact as redactIn } from '#core/redaction/redact';
import { anyText } from '../../../support/any-text.ts';
import { packOf } from '../../../support/language-packs.ts';

const packs = [packOf('en'), packOf('es')];
const redact = (text: string): string => redactIn(text, packs);

describe('text that leaves the call', () => {
  it.each([
    ['4111111111111111'],
    ['4111 1111 1111 1111'],
    ['4111-1111-1111-1111'],
    ['4111, 1111, 1111, 1111'],
    ['3782 822463 10005'],
    ['4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1'],
    ['4111 1111 1111 1111 12 28'],
    ['four one one one one one one one one one one one one one one one'],
    ['cuatro uno uno uno, uno uno uno uno, uno uno uno uno, uno uno uno uno'],
  ])('has no card number in it: %s', (number) => {
    expect(redact(`My card is ${number}, thanks.`)).toBe('My card is [number removed], thanks.');
  });

  it.each([
    'my PIN is 4512',
    'the security code is 9 9 1',
    'pin number: 1234',
    'my PIN is four five one two',
    'mi clave es 4512',
    'pin is 1111pin is 2222',
    'my password is 1111 2222 3333 4444 5555',
  ])('has no secret in it that was said out: %s', (said) => {
    expect(redact(said)).toContain('[number removed]');
    expect(redact(said)).not.toMatch(/\d|four|two/);
  });

  it.each([
    'a charge of 42.10 on 2026-11-03',
    'call me at +1 425 555 0100',
    'order 1234567890123456',
    'one or two charges',
    'two, maybe three, of the four',
  ])('keeps what is no secret: %s', (said) => {
    expect(redact(said)).toBe(said);
  });

  const said = fc
    .array(fc.constantFrom('4', '1111', 'one', 'oh', ' ', ', ', '-', 'pin is ', 'and '), { maxLength: 60, size: 'max' })
    .map((parts) => parts.join(''));

  it('loses nothing else, and is done in one go', () => {
    fc.assert(
      fc.property(fc.oneof(anyText(300), said), (text) => {
        if (!/\d|one|oh/i.test(text)) expect(redact(text)).toBe(text);
        expect(redact(redact(text))).toBe(redact(text));
      }),
      { numRuns: 150 },
    );
  });
});
