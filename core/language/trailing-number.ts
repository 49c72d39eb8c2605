import { bareWords } from './bare-words.ts';
import type { LanguagePack } from './pack.ts';

/**
 * The longest number anybody reads out is a card's. Telephone, account and reference numbers are shorter, each with another usual length: what would
 * complete one of them is the middle of another, so no shorter run of digits is taken for a whole number. Waiting a second longer costs less than
 * cutting a card number in two.
 */
const LONGEST_NUMBER_DIGITS = 16;
/** How many words back a cue ("my card number is") may stand. */
const CUE_WORDS = 5;
/** "Two hundred fifty" is a quantity; more words of numbers are one number after the other. */
const QUANTITY_WORDS_MAX = 3;

type Piece =
  /** A digit that was spoken. */
  | { readonly kind: 'digit' }
  /** "Twenty", "hundred", "double". */
  | { readonly kind: 'number-word' }
  /** Digits in writing, as a recogniser writes them. */
  | { readonly kind: 'written'; readonly digits: string }
  /** An amount, a time, a date, a percentage, an ordinal: whole as it stands. */
  | { readonly kind: 'quantity' };

/** Whether a text ends in a number, and whether a caller may still be reading it out: "five five five" may go on, "I have two" may not. */
export function trailingNumber(text: string, pack: LanguagePack): 'none' | 'complete' | 'may-go-on' {
  const tokens = text.trim().split(/\s+/);
  const { pieces, before } = takeNumber(tokens, pack);
  const last = pieces.at(-1);
  if (last === undefined) return 'none';
  if (last.kind === 'quantity') return 'complete';
  const digits = pieces.reduce((sum, piece) => sum + digitsOf(piece), 0);
  if (digits >= LONGEST_NUMBER_DIGITS) return 'complete';
  if (endsInCue(before, pack)) return 'may-go-on';
  return isQuantity(pieces, before.length) ? 'complete' : 'may-go-on';
}

/** The pieces of the number at the end, in their order, and the words before it. */
function takeNumber(
  tokens: readonly string[],
  pack: LanguagePack,
): { readonly pieces: readonly Piece[]; readonly before: readonly string[] } {
  const pieces: Piece[] = [];
  let at = tokens.length;
  while (at > 0) {
    const here = piecesOf(tokens[at - 1] ?? '', pack);
    // "Treinta y cinco", "two hundred and five".
    const joins =
      here.length === 0 &&
      pieces.length > 0 &&
      at > 1 &&
      pack.openEndings.includes(bareWords(tokens[at - 1] ?? '')) &&
      piecesOf(tokens[at - 2] ?? '', pack).at(-1)?.kind === 'number-word';
    if (here.length === 0 && !joins) break;
    pieces.unshift(...here);
    at -= 1;
  }
  return { pieces, before: tokens.slice(0, at) };
}

function piecesOf(token: string, pack: LanguagePack): readonly Piece[] {
  const written = token.replace(/^[¿¡"'(]+|["')\].,;:!?…。！？]+$/gu, '');
  if (!/[\p{L}\p{N}]/u.test(written)) return [];
  if (/^[^\p{L}]+$/u.test(written)) {
    // "$42", "25%", "42.50", "5:30", "3/4/2026".
    if (/\p{Sc}|%|\d[.,:/]\d/u.test(written)) return [{ kind: 'quantity' }];
    return [{ kind: 'written', digits: written.replace(/\P{N}/gu, '') }];
  }
  if (isOrdinal(written.toLowerCase(), pack)) return [{ kind: 'quantity' }];
  // Part of a code, such as a British postcode; units ("5km") are in small letters.
  if (/\d/.test(written) && /^[\p{Lu}\d.-]+$/u.test(written)) {
    return [{ kind: 'written', digits: written.replace(/\D/g, '') }];
  }
  return wordPieces(bareWords(token), pack);
}

function wordPieces(word: string, pack: LanguagePack): readonly Piece[] {
  const isKnown = Object.hasOwn(pack.digits, word) || isNumberWord(word, pack);
  const pieces = (isKnown ? [word] : word.split('-')).map((part): Piece | undefined => {
    if (Object.hasOwn(pack.digits, part)) return { kind: 'digit' };
    return isNumberWord(part, pack) ? { kind: 'number-word' } : undefined;
  });
  return pieces.every((piece) => piece !== undefined) ? pieces : [];
}

function isNumberWord(word: string, { numberWords, spokenNumbers: { values, times, repeats } }: LanguagePack): boolean {
  return numberWords.includes(word) || [values, times, repeats].some((known) => Object.hasOwn(known, word));
}

function isOrdinal(written: string, { ordinalSuffixes }: LanguagePack): boolean {
  return ordinalSuffixes.some((suffix) => written.endsWith(suffix) && /^\d+$/.test(written.slice(0, -suffix.length)));
}

function digitsOf(piece: Piece): number {
  if (piece.kind === 'written') return piece.digits.length;
  return piece.kind === 'digit' ? 1 : 0;
}

function endsInCue(before: readonly string[], { numberCues }: LanguagePack): boolean {
  const near = ` ${bareWords(before.slice(-CUE_WORDS).join(' '))} `;
  return numberCues.some((cue) => near.includes(` ${cue} `));
}

/** Something counted, a year, a day: not something read digit by digit. `wordsBefore` tells a sentence from a bare number. */
function isQuantity(pieces: readonly Piece[], wordsBefore: number): boolean {
  const written = pieces.filter((piece) => piece.kind === 'written');
  const isSpelled = pieces.some(({ kind }, index) => kind === 'digit' && pieces[index + 1]?.kind === 'digit');
  if (written.length === 0) {
    const enough = wordsBefore > 0 ? QUANTITY_WORDS_MAX : QUANTITY_WORDS_MAX - 1;
    return pieces.length <= enough && !isSpelled;
  }
  const last = written.at(-1)?.digits ?? '';
  if (pieces.length === 1) {
    if (last.length <= 2) return true;
    if (isYear(last)) return wordsBefore > 0;
    // "It's 555" goes on; "I would like to pay 250" does not.
    return last.length === 3 && wordsBefore > 2;
  }
  // "March 3, 2024".
  const [day] = written;
  return (
    pieces.length === 2 && written.length === 2 && wordsBefore > 0 && isYear(last) && (day?.digits.length ?? 0) <= 2
  );
}

function isYear(digits: string): boolean {
  return /^(?:19|20)\d\d$/.test(digits);
}
