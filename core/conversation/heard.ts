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

function upToWord(text: string, heard: readonly SpokenWord[]): string {
  let end = 0;
  for (const { text: word } of heard) {
    const at = text.indexOf(word, end);
    // Synthesis may spell a word otherwise than the text does ("$5"): the next one that matches catches up.
    if (at >= 0) end = at + word.length;
  }
  return text.slice(0, end);
}
