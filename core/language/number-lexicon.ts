import type { LanguagePack } from './pack.ts';

/** What a word, or a phrase, is in a number. */
export type NumberWord =
  | { readonly kind: 'digit'; readonly value: number }
  /** A digit only as a part of a larger number: "ein" of "einundzwanzig". */
  | { readonly kind: 'bound-digit'; readonly value: number }
  /** Sounds like a digit, and mostly is something else: "for". */
  | { readonly kind: 'sound-alike'; readonly value: number }
  /** 10 to 99 as one word. */
  | { readonly kind: 'tens'; readonly value: number }
  /** 100 to 900 as one word. */
  | { readonly kind: 'hundreds'; readonly value: number }
  /** "hundred", "thousand". */
  | { readonly kind: 'times'; readonly value: number }
  /** "double". */
  | { readonly kind: 'repeat'; readonly value: number }
  /** "and", "y". */
  | { readonly kind: 'joiner'; readonly joins: ReadonlySet<JoinerPlace> }
  /** A phrase with a word of the above in it that counts nothing: "one moment". */
  | { readonly kind: 'no-number' };

/** Where a joiner stands: "hundred and five", "cuarenta y siete", "siebenundvierzig". */
export type JoinerPlace = 'after-hundred' | 'after-tens' | 'before-tens';

export interface NumberLexicon {
  /**
   * The longest phrase that begins at this word, and how many words it takes. Words are folded; a comma before one keeps it from being the second of a
   * phrase.
   */
  find(words: readonly string[], at: number): { readonly word: NumberWord; readonly length: number } | undefined;
  /** The number words that are written as one in this word; undefined unless it is made of nothing else. */
  split(word: string): readonly NumberWord[] | undefined;
  /** Whether "cuarenta siete" is no 47: the language has a word between, or the unit first. */
  readonly joinsTens: boolean;
}

/** Shorter pieces are found in any word. */
const PIECE_MIN_CHARS = 3;
const FUSED_MIN_CHARS = 6;
const FUSED_MAX_CHARS = 60;

/** Packs are loaded once and asked about every word of every call. */
const known = new WeakMap<LanguagePack, NumberLexicon>();

export function numberLexicon(pack: LanguagePack): NumberLexicon {
  const before = known.get(pack);
  if (before !== undefined) return before;
  const lexicon = build(pack);
  known.set(pack, lexicon);
  return lexicon;
}

const NOT_ASCII = /[^ -~]/;

/** Recognisers write accents, or leave them out. */
export function foldWord(word: string): string {
  if (!NOT_ASCII.test(word)) return word.toLowerCase();
  return word.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('\u2019', "'");
}

function build(pack: LanguagePack): NumberLexicon {
  const words = entriesOf(pack);
  const longest = new Map<string, number>();
  for (const phrase of words.keys()) {
    const all = phrase.split(' ');
    longest.set(all[0] ?? '', Math.max(longest.get(all[0] ?? '') ?? 0, all.length));
  }
  const pieces = [...words].filter(
    ([phrase, { kind }]) => phrase.length >= PIECE_MIN_CHARS && !phrase.includes(' ') && kind !== 'sound-alike',
  );
  pieces.sort(([one], [other]) => other.length - one.length);
  return {
    find: (all, at) => {
      const first = (all[at] ?? '').replace(',', '');
      for (let length = Math.min(longest.get(first) ?? 0, all.length - at); length > 0; length -= 1) {
        const word = words.get([first, ...all.slice(at + 1, at + length)].join(' '));
        if (word !== undefined) return { word, length };
      }
      return undefined;
    },
    split: (word) =>
      word.length < FUSED_MIN_CHARS || word.length > FUSED_MAX_CHARS ? undefined : piecesOf(word, pieces),
    joinsTens: [...pack.spokenNumbers.tensJoiners, ...pack.spokenNumbers.unitsFirst].length > 0,
  };
}

function entriesOf({ digits, spokenNumbers }: LanguagePack): ReadonlyMap<string, NumberWord> {
  const { values, times, repeats, joiners, tensJoiners, unitsFirst, boundDigits, soundAlikes, notNumbers } =
    spokenNumbers;
  const words = new Map<string, NumberWord>();
  const add = (phrase: string, word: NumberWord): void => {
    const key = phrase.split(/[ -]/).map(foldWord).join(' ');
    if (!words.has(key)) words.set(key, word);
  };
  for (const phrase of notNumbers) add(phrase, { kind: 'no-number' });
  for (const [phrase, value] of Object.entries(digits)) add(phrase, { kind: 'digit', value });
  for (const [phrase, value] of Object.entries(values)) add(phrase, { kind: value < 100 ? 'tens' : 'hundreds', value });
  for (const [phrase, value] of Object.entries(times)) add(phrase, { kind: 'times', value });
  for (const [phrase, value] of Object.entries(repeats)) add(phrase, { kind: 'repeat', value });
  for (const [phrase, value] of Object.entries(boundDigits)) add(phrase, { kind: 'bound-digit', value });
  for (const [phrase, value] of Object.entries(soundAlikes)) add(phrase, { kind: 'sound-alike', value });
  const places = { 'after-hundred': joiners, 'after-tens': tensJoiners, 'before-tens': unitsFirst } as const;
  for (const phrase of [...joiners, ...tensJoiners, ...unitsFirst]) {
    const joins = (Object.keys(places) as JoinerPlace[]).filter((place) => places[place].includes(phrase));
    add(phrase, { kind: 'joiner', joins: new Set(joins) });
  }
  return words;
}

/** Depth-first, the longest piece first; what cannot be finished from a place is not tried there again. */
function piecesOf(word: string, pieces: readonly (readonly [string, NumberWord])[]): readonly NumberWord[] | undefined {
  const hopeless = new Set<number>();
  const from = (at: number): readonly NumberWord[] | undefined => {
    if (at === word.length) return [];
    if (hopeless.has(at)) return undefined;
    for (const [piece, meaning] of pieces) {
      const rest = word.startsWith(piece, at) ? from(at + piece.length) : undefined;
      if (rest !== undefined) return [meaning, ...rest];
    }
    hopeless.add(at);
    return undefined;
  };
  const found = from(0);
  return found?.some(({ kind }) => kind !== 'joiner' && kind !== 'no-number') === true ? found : undefined;
}
