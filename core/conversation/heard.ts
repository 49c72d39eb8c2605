/** A word of an utterance and when it begins, in milliseconds of the utterance's audio. */
export interface SpokenWord {
  readonly text: string;
  readonly atMs: number;
}

/** A word counts as heard once this much of it was: less is a noise to the caller. */
const WORD_HEARD_AFTER_MS = 150;

/**
 * The part of `text` the caller has heard when its audio was cut off after `heardMs`. By the words' times where synthesis gave them; else in
 * proportion to the length, cut at a word's end. The model must not believe that it said what nobody heard.
 */
export function heardText(text: string, words: readonly SpokenWord[], heardMs: number, totalMs: number): string {
  if (heardMs <= 0) return '';
  if (heardMs >= totalMs) return text;
  if (words.length > 0)
    return upToWord(
      text,
      words.filter(({ atMs }) => atMs + WORD_HEARD_AFTER_MS <= heardMs),
    );
  const cut = Math.floor((text.length * heardMs) / totalMs);
  return text
    .slice(0, cut + 1)
    .replace(/\S+$/u, '')
    .trimEnd();
}

/** A run of letters or digits, with what is inside a word ("don't"). */
const UNIT = /[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*|\p{N}+/gu;
/** Scripts that write no spaces: what synthesis calls a word is a part of such a run. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
/** How far ahead a part of such a run may stand. */
const UNSPACED_AHEAD_MAX_CHARS = 20;
/** How many plain words may have gone by without a report of synthesis. */
const MISSED_WORDS_MAX = 1;

interface Unit {
  readonly word: string;
  /** Index after it in the text. */
  readonly end: number;
  /** Whether synthesis reports it as it stands: numbers are spoken otherwise, and some words with apostrophes are not reported at all. */
  readonly isPlain: boolean;
}

/**
 * Follows the words that synthesis reported through the text. It reports some otherwise than they are written ("forty two dollars" for "$42", the
 * alias of a word of the lexicon), misses some, and at times gives the whole rest of the text as one word (issue 888 of
 * microsoft/cognitive-services-speech-sdk-js): so only the first word of each report counts, and none is looked for far ahead, where it would be
 * another of the same spelling.
 */
function upToWord(text: string, heard: readonly SpokenWord[]): string {
  const units = unitsOf(text);
  let next = 0;
  let end = 0;
  let unmatched = 0;
  for (const { text: report } of heard) {
    const word = unitsOf(report)[0]?.word;
    if (word === undefined) continue;
    if (UNSPACED.test(word)) {
      const at = text.indexOf(word, end);
      if (at >= 0 && at - end <= UNSPACED_AHEAD_MAX_CHARS) end = at + word.length;
      next = units.findIndex((unit) => unit.end > end);
      if (next < 0) next = units.length;
      continue;
    }
    const found = findAhead(units, next, word, MISSED_WORDS_MAX + Math.floor(unmatched / 2));
    if (found === undefined) {
      unmatched += 1;
      continue;
    }
    unmatched = 0;
    next = found + 1;
    end = Math.max(end, units[found]?.end ?? end);
  }
  return text.slice(0, end) + (/^[^\s\p{L}\p{N}]+(?=\s|$)/u.exec(text.slice(end))?.[0] ?? '');
}

function findAhead(units: readonly Unit[], from: number, word: string, plainMax: number): number | undefined {
  let passed = 0;
  for (let at = from; at < units.length && passed <= plainMax; at += 1) {
    if (units[at]?.word === word) return at;
    if (units[at]?.isPlain === true) passed += 1;
  }
  return undefined;
}

function unitsOf(text: string): Unit[] {
  return [...text.matchAll(UNIT)].map((match) => ({
    word: match[0].toLowerCase().replaceAll('’', "'"),
    end: match.index + match[0].length,
    isPlain: !/[\d'’]/.test(match[0]),
  }));
}
