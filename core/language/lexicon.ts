import type { Locale } from './locale.ts';

type Lexicon = Locale['lexicon'];
type Entry = Lexicon[number];

export interface LexiconMatch {
  readonly start: number;
  readonly end: number;
  readonly entry: Entry;
}

interface Compiled {
  readonly pattern: RegExp;
  readonly entries: ReadonlyMap<string, Entry>;
}

/** A lexicon is loaded once and used for every clause. */
const compiled = new WeakMap<Lexicon, Compiled>();

/** Where words of the lexicon stand in a text: whole words, in any case, the longest first. */
export function lexiconMatches(text: string, lexicon: Lexicon): LexiconMatch[] {
  if (lexicon.length === 0) return [];
  const { pattern, entries } = compile(lexicon);
  return [...text.matchAll(pattern)].flatMap((match) => {
    const entry = entries.get(match[0].toLowerCase());
    return entry === undefined ? [] : [{ start: match.index, end: match.index + match[0].length, entry }];
  });
}

function compile(lexicon: Lexicon): Compiled {
  const before = compiled.get(lexicon);
  if (before !== undefined) return before;
  const words = lexicon.map(({ word }) => word).sort((a, b) => b.length - a.length);
  const any = words.map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)).join('|');
  const made = {
    pattern: new RegExp(String.raw`(?<![\p{L}\p{M}\p{N}])(?:${any})(?![\p{L}\p{M}\p{N}])`, 'giu'),
    entries: new Map(lexicon.map((entry) => [entry.word.toLowerCase(), entry])),
  };
  compiled.set(lexicon, made);
  return made;
}
