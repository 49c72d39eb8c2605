import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { saidDigits, saysCode } from '#core/screening/said-code';
import { anyText } from '../../../support/any-text.ts';
import { packOf } from '../../../support/language-packs.ts';
import { codeInWords, spokenLanguages } from '../../../support/spoken-forms.ts';

type Forms = Readonly<Record<string, readonly string[]>>;
const table = parse(readFileSync(new URL('../../../fixtures/spoken-codes.yaml', import.meta.url), 'utf8')) as Readonly<
  Record<string, { readonly right: Forms; readonly wrong: Forms }>
>;

const rows = (kind: 'right' | 'wrong') =>
  Object.entries(table).flatMap(([language, forms]) =>
    Object.entries(forms[kind]).flatMap(([code, said]) => said.map((text) => ({ language, code, text }))),
  );
const inProduct = ({ language }: { readonly language: string }) => language === 'en' || language === 'es';

describe('a code that a caller repeats', () => {
  it('is tried in at least 200 right and 200 wrong forms, in English and Spanish', () => {
    expect(rows('right').filter(inProduct).length).toBeGreaterThanOrEqual(200);
    expect(rows('wrong').filter(inProduct).length).toBeGreaterThanOrEqual(200);
  });

  it.each(rows('right'))('$code is understood in $language: "$text"', ({ language, code, text }) => {
    expect(saidDigits(text, packOf(language))).toContain(code);
  });

  it.each(rows('wrong'))('$code is not what was said in $language: "$text"', ({ language, code, text }) => {
    expect(saysCode(text, code, packOf(language))).toBe(false);
  });

  it.each(spokenLanguages)('is understood however it is put into words, in %s', (language) => {
    fc.assert(
      fc.property(
        code.chain((digits) => fc.tuple(fc.constant(digits), codeInWords(digits, language))),
        ([digits, said]) => {
          expect(saidDigits(said, packOf(language))).toContain(digits);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it.each(spokenLanguages)('never passes when another one of its length was said, in %s', (language) => {
    const other = fc
      .tuple(code, code)
      .filter(([one, another]) => one !== another && one.length === another.length)
      .chain(([one, another]) => fc.tuple(fc.constant(one), codeInWords(another, language)));
    fc.assert(
      fc.property(other, ([wanted, said]) => {
        expect(saysCode(said, wanted, packOf(language))).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it('never passes when one digit of it was said otherwise', () => {
    const misheard = fc
      .tuple(code, fc.nat({ max: 7 }), fc.integer({ min: 1, max: 9 }), fc.constantFrom(...spokenLanguages))
      .chain(([digits, at, by, language]) => {
        const index = at % digits.length;
        const wrong = `${digits.slice(0, index)}${(Number(digits[index]) + by) % 10}${digits.slice(index + 1)}`;
        return fc.tuple(fc.constant(digits), codeInWords(wrong, language), fc.constant(language));
      });
    fc.assert(
      fc.property(misheard, ([digits, said, language]) => {
        expect(saysCode(said, digits, packOf(language))).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is looked for in anything a recogniser may write, without ado', () => {
    fc.assert(
      fc.property(anyText(600), (text) => {
        for (const digits of saidDigits(text, packOf('en'))) expect(digits).toMatch(/^\d+$/);
      }),
    );
  });
});

const code = fc
  .integer({ min: 3, max: 8 })
  .chain((length) => fc.array(fc.nat({ max: 9 }), { minLength: length, maxLength: length }))
  .map((digits) => digits.join(''));
