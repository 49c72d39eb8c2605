import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mustRepeatCode } from '#core/screening/must-repeat';
import { codeAloud, newCode } from '#core/screening/new-code';
import { saysCode } from '#core/screening/said-code';
import { packOf } from '../../../support/language-packs.ts';
import { agentWith } from '../../../support/turn-play.ts';

/** Gives these in turn, within the limit. */
function numbers(from: readonly number[]) {
  let at = 0;
  return { below: (limit: number) => (from[at++ % from.length] ?? 0) % limit };
}

const codes = fc
  .tuple(
    fc.integer({ min: 3, max: 8 }),
    fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
    fc.constantFrom('en', 'es', 'de'),
  )
  .map(([length, random, language]) => ({
    language,
    length,
    code: newCode(length, packOf(language).spokenNumbers, numbers(random)),
  }));

describe('a code to repeat', () => {
  it('has as many digits as it shall have, none beside itself or its neighbour, and none that sounds like another', () => {
    fc.assert(
      fc.property(codes, ({ code, length, language }) => {
        expect(code).toMatch(new RegExp(`^\\d{${length}}$`));
        for (let at = 1; at < code.length; at += 1)
          expect(Math.abs(Number(code[at]) - Number(code[at - 1]))).toBeGreaterThan(1);
        for (const group of packOf(language).spokenNumbers.alike)
          expect(group.filter((digit) => code.includes(String(digit))).length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is read out so that a caller who says the same words is through', () => {
    fc.assert(
      fc.property(codes, ({ code, language }) => {
        expect(saysCode(codeAloud(code, packOf(language)), code, packOf(language))).toBe(true);
      }),
    );
  });

  it('is one of many', () => {
    const all = new Set<string>();
    const { spokenNumbers } = packOf('en');
    for (let seed = 0; seed < 10_000; seed += 1) {
      const digits = [seed, Math.floor(seed / 10), Math.floor(seed / 100), Math.floor(seed / 1_000)];
      all.add(newCode(4, spokenNumbers, numbers(digits)));
    }
    expect(all.size).toBeGreaterThan(1_000);
  });
});

describe('a code is asked of', () => {
  const { screening } = agentWith({
    screening: { unknownCallers: 'code', trusted: [{ trunk: 'SBC1.contoso.com', header: 'ivr-id' }] },
  });
  const from = (custom: Readonly<Record<string, string>>) => ({ headers: { userToUser: undefined, custom } });

  it.each([
    ['a caller nobody knows', 'unknown', {}, true],
    ['no customer', 'known', {}, false],
    [
      'nobody whom a trusted trunk brings with its header',
      'unknown',
      { trunk: 'sbc1.contoso.com', 'ivr-id': '7' },
      false,
    ],
    ['a caller of a trusted trunk without the header', 'unknown', { trunk: 'sbc1.contoso.com' }, true],
    ['a caller of a trusted trunk with an empty header', 'unknown', { trunk: 'sbc1.contoso.com', 'ivr-id': ' ' }, true],
    ['a caller of another trunk with the header', 'unknown', { trunk: 'sbc2.contoso.com', 'ivr-id': '7' }, true],
    ['a caller with the header and no trunk', 'unknown', { 'ivr-id': '7' }, true],
  ] as const)('%s', (_, caller, headers, expected) => {
    expect(mustRepeatCode({ screening }, from(headers), caller, 'trunk')).toBe(expected);
  });

  it('nobody where callers are not screened', () => {
    expect(mustRepeatCode(agentWith(), from({}), 'unknown', 'trunk')).toBe(false);
  });
});
