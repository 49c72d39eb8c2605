import { bareWords } from '../language/bare-words.ts';
import { foldWord } from '../language/number-lexicon.ts';
import type { LanguagePack } from '../language/pack.ts';
import type { SpokenNumber } from '../language/spoken-numbers.ts';
import { IBAN_LENGTHS } from './check-digits.ts';

/** What stands in place of a secret. */
export const REMOVED = '[number removed]';

/** One party's words, in the order in which they were said: a number may go on in the next piece of the same party. */
export interface SaidPiece {
  readonly text: string;
  /** `agent`: asks for what the caller says next. What it says itself is looked through by itself. */
  readonly by: 'caller' | 'agent';
}

/** A number, or a letter that may belong to one, where it stands in its text. */
export interface TextToken {
  readonly start: number;
  readonly end: number;
  readonly kind: 'digits' | 'letters';
  readonly chars: string;
  /** How many words stand between it and what was said before it. */
  readonly gap: number;
  /** Nothing but spaces and marks stands between: one run of digits. */
  readonly isTight: boolean;
}

/** The same among several pieces; its gap goes back over those before. */
export interface SaidToken extends TextToken {
  readonly piece: number;
}

export interface TextTokens {
  readonly tokens: readonly TextToken[];
  /** How many words stand after the last of them. */
  readonly rest: number;
}

/** More words than any number has in its middle: what was removed before is no part of one. */
const BREAK_WORDS = 100;
const WORD = /[\p{L}\p{M}]+(?:['\u2019][\p{L}\p{M}]+)*/gu;

/** Of a text in which these are the numbers. */
export function tokensIn(text: string, numbers: readonly SpokenNumber[], pack: LanguagePack): TextTokens {
  const tokens: TextToken[] = [];
  let gap = 0;
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
      tokens.push({ start, end: start + match[0].length, kind: 'letters', chars, gap, isTight });
      gap = 0;
    }
  };
  for (const { digits, start, end } of numbers) {
    lettersUpTo(start);
    const chars = digits.replaceAll('?', '');
    tokens.push({ start, end, kind: 'digits', chars, gap, isTight });
    gap = 0;
    isTight = true;
    from = end;
  }
  lettersUpTo(text.length);
  return { tokens, rest: gap };
}

/** Of several texts, one after the other; `undefined` stands for one in which nothing is looked for. */
export function tokensOf(texts: readonly (TextTokens | undefined)[]): readonly SaidToken[] {
  const all: SaidToken[] = [];
  let gap = BREAK_WORDS;
  for (const [piece, text] of texts.entries()) {
    if (text === undefined) continue;
    for (const token of text.tokens) {
      all.push({ ...token, piece, gap: gap + token.gap });
      gap = 0;
    }
    gap += text.rest;
  }
  return all;
}

/** A letter that is spelled, or a few in capitals: parts of a bank account or an identity card. */
function lettersOf(word: string, { spokenNumbers: { letters } }: LanguagePack): string | undefined {
  const folded = foldWord(word);
  if (/^[a-z]$/.test(folded)) return folded.toUpperCase();
  const name = bareWords(word);
  if (Object.hasOwn(letters, name)) return letters[name]?.toUpperCase();
  if (/^[A-Z]{2,6}$/.test(word)) return word;
  return Object.hasOwn(IBAN_LENGTHS, folded.toUpperCase()) ? folded.toUpperCase() : undefined;
}
