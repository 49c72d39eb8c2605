import { bareWords } from '../language/bare-words.ts';
import { foldWord } from '../language/number-lexicon.ts';
import type { LanguagePack } from '../language/pack.ts';
import { spokenNumbers, type NumberReading } from '../language/spoken-numbers.ts';
import { IBAN_LENGTHS } from './check-digits.ts';

/** What stands in place of a secret. */
export const REMOVED = '[number removed]';

/** One party's words, in the order in which they were said: a number may go on in the next piece of the same party. */
export interface SaidPiece {
  readonly text: string;
  /** `agent`: asks for what the caller says next. What it says itself is looked through by itself. */
  readonly by: 'caller' | 'agent';
}

/** A number, or a letter that may belong to one, where it stands. */
export interface SaidToken {
  readonly piece: number;
  readonly start: number;
  readonly end: number;
  readonly kind: 'digits' | 'letters';
  readonly chars: string;
  /** How many words stand between it and what was said before it, in its piece and those before. */
  readonly gap: number;
  /** Nothing but spaces and marks stands between: one run of digits. */
  readonly isTight: boolean;
}

/** More words than any number has in its middle: what was removed before is no part of one. */
const BREAK_WORDS = 100;
const WORD = /[\p{L}\p{M}]+(?:['\u2019][\p{L}\p{M}]+)*/gu;

export function tokensOf(
  pieces: readonly SaidPiece[],
  pack: LanguagePack,
  reading: NumberReading,
): readonly SaidToken[] {
  const tokens: SaidToken[] = [];
  let gap = BREAK_WORDS;
  for (const [piece, { text }] of pieces.entries()) {
    let from = 0;
    let isTight = false;
    const lettersUpTo = (until: number): void => {
      const between = text.slice(from, until);
      if (between.includes(REMOVED)) gap += BREAK_WORDS;
      for (const match of between.matchAll(WORD)) {
        const chars = lettersOf(match[0], pack);
        isTight = false;
        if (chars === undefined) {
          gap += 1;
          continue;
        }
        const start = from + match.index;
        tokens.push({ piece, start, end: start + match[0].length, kind: 'letters', chars, gap, isTight });
        gap = 0;
      }
    };
    for (const { digits, start, end } of spokenNumbers(text, pack, reading)) {
      lettersUpTo(start);
      const chars = digits.replaceAll('?', '');
      tokens.push({ piece, start, end, kind: 'digits', chars, gap, isTight });
      gap = 0;
      isTight = true;
      from = end;
    }
    lettersUpTo(text.length);
  }
  return tokens;
}

/** A letter that is spelled, or a few in capitals: parts of a bank account or an identity card. */
function lettersOf(word: string, { spokenNumbers: { letters } }: LanguagePack): string | undefined {
  const folded = foldWord(word);
  if (/^[a-z]$/.test(folded)) return folded.toUpperCase();
  if (Object.hasOwn(letters, bareWords(word))) return letters[bareWords(word)]?.toUpperCase();
  if (/^[A-Z]{2,6}$/.test(word)) return word;
  return Object.hasOwn(IBAN_LENGTHS, folded.toUpperCase()) ? folded.toUpperCase() : undefined;
}
