import fc from 'fast-check';
import type { TranscriptTurn } from '#core/conversation/transcript';
import { digitsInWords, type SpokenLanguage } from './spoken-forms.ts';

/** A secret and one way in which a caller tells it, in one turn or several. */
export interface SaidSecret {
  readonly kind: 'card' | 'social-security' | 'spanish-id' | 'iban' | 'pin';
  /** Its digits. */
  readonly digits: string;
  readonly turns: readonly TranscriptTurn[];
}

const digits = (length: number) =>
  fc.array(fc.nat({ max: 9 }), { minLength: length, maxLength: length }).map((all) => all.join(''));

const card = fc
  .tuple(fc.constantFrom('34', '37', '4', '51', '55', '6011', '2221'), fc.integer({ min: 13, max: 19 }))
  .chain(([begins, length]) => digits(length - begins.length - 1).map((rest) => begins + rest))
  .map((all) => `${all}${luhnDigit(all)}`);
const socialSecurity = fc
  .tuple(fc.integer({ min: 1, max: 899 }), fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 9_999 }))
  .filter(([area]) => area !== 666)
  .map(([area, group, serial]) => `${pad(area, 3)}${pad(group, 2)}${pad(serial, 4)}`);
const dni = digits(8).map((all) => ({ digits: all, letter: dniLetter(Number(all)), first: '' }));
const nie = fc
  .tuple(fc.constantFrom('X', 'Y', 'Z'), digits(7))
  .map(([first, all]) => ({ digits: all, letter: dniLetter(Number(`${'XYZ'.indexOf(first)}${all}`)), first }));
const iban = fc.oneof(
  digits(20).map((account) => ({ country: 'ES', account })),
  digits(18).map((account) => ({ country: 'DE', account })),
);

/** How callers say the same digits. `letters` are said before or after them. */
export function saidSecrets(language: SpokenLanguage): fc.Arbitrary<SaidSecret> {
  const isEnglish = language === 'en';
  const opening = fc.constantFrom(
    ...(isEnglish ? ['', 'it is ', "Sure, it's ", 'um, '] : ['', 'es el ', 'Claro, es ', 'eh, ']),
  );
  const going = fc.constantFrom(...(isEnglish ? ['', 'and then ', 'then '] : ['', 'y luego ', 'luego ']));
  const closing = fc.constantFrom(
    ...(isEnglish ? ['', '.', ', thank you', ' please'] : ['', '.', ', gracias', ' por favor']),
  );
  /** In up to three turns, with the agent's "go on" between. */
  const dictated = (all: string, parts: number, before = '', after = ''): fc.Arbitrary<TranscriptTurn[]> =>
    fc
      .tuple(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: parts - 1, maxLength: parts - 1 }),
        opening,
        closing,
      )
      .chain(([cuts, first, last]) => {
        const at = [...new Set([0, ...cuts.map((cut) => 1 + Math.floor(cut * (all.length - 2))), all.length])].sort(
          (a, b) => a - b,
        );
        const pieces = at.slice(1).map((end, index) => all.slice(at[index], end));
        return fc.tuple(...pieces.map((piece) => fc.tuple(digitsInWords(piece, language), going))).map((said) =>
          said.flatMap(([words, then], index) => {
            const isFirst = index === 0;
            const isLast = index === said.length - 1;
            const text = `${isFirst ? first + before : then}${words}${isLast ? after + last : ''}`;
            return isFirst ? [caller(text)] : [agent(isEnglish ? 'Go on, please.' : 'Siga, por favor.'), caller(text)];
          }),
        );
      });
  const parts = fc.integer({ min: 1, max: 3 });
  const letterAfter = (letter: string): fc.Arbitrary<string> =>
    fc.constantFrom(` ${letter}`, `, ${letter}`, isEnglish ? ` letter ${letter}` : ` letra ${letter}`, `-${letter}`);
  const spelled = fc.constantFrom('ES', 'E S', 'E, S').chain((es) => fc.constantFrom(`${es} `, `${es}, `));
  return fc.oneof(
    fc
      .tuple(card, parts)
      .chain(([all, count]) => dictated(all, count).map((turns) => ({ kind: 'card' as const, digits: all, turns }))),
    fc
      .tuple(socialSecurity, parts)
      .chain(([all, count]) =>
        dictated(all, count).map((turns) => ({ kind: 'social-security' as const, digits: all, turns })),
      ),
    fc.tuple(fc.oneof(dni, nie), parts).chain(([id, count]) =>
      letterAfter(id.letter).chain((after) =>
        dictated(id.digits, count, id.first === '' ? '' : `${id.first} `, after).map((turns) => ({
          kind: 'spanish-id' as const,
          digits: id.digits,
          turns,
        })),
      ),
    ),
    fc.tuple(iban, parts, spelled).chain(([{ country, account }, count, es]) => {
      const all = ibanCheck(country, account) + account;
      const before = country === 'ES' ? es : 'DE ';
      return dictated(all, count, before).map((turns) => ({ kind: 'iban' as const, digits: all, turns }));
    }),
    fc
      .tuple(fc.integer({ min: 4, max: 6 }).chain(digits), fc.boolean(), fc.integer({ min: 1, max: 2 }))
      .chain(([all, isAsked, count]) => {
        const question = agent(isEnglish ? 'Thank you. What is your PIN?' : 'Gracias. ¿Cuál es su PIN?');
        const cue = isEnglish ? 'my PIN is ' : 'mi clave es ';
        return dictated(all, count, isAsked ? '' : cue).map((turns) => ({
          kind: 'pin' as const,
          digits: all,
          turns: isAsked ? [question, ...turns] : turns,
        }));
      }),
  );
}

function caller(text: string): TranscriptTurn {
  return { by: 'caller', text, atMs: 0, confidence: 1 };
}

function agent(text: string): TranscriptTurn {
  return { by: 'agent', text, atMs: 0, interrupted: false };
}

function pad(value: number, length: number): string {
  return String(value).padStart(length, '0');
}

/** The long way, beside the product's: the digit that makes the sum a multiple of ten. */
function luhnDigit(all: string): number {
  const sum = Array.from(all)
    .reverse()
    .reduce((total, digit, index) => {
      const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
      return total + Math.floor(value / 10) + (value % 10);
    }, 0);
  return (10 - (sum % 10)) % 10;
}

function dniLetter(value: number): string {
  return 'TRWAGMYFPDXBNJZSQVHLCKE'[value % 23] ?? '';
}

function ibanCheck(country: string, account: string): string {
  const letters = Array.from(country, (letter) => letter.charCodeAt(0) - 55).join('');
  return pad(Number(98n - (BigInt(`${account}${letters}00`) % 97n)), 2);
}
