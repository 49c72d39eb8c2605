import { bareWords } from '../language/bare-words.ts';
import type { LanguagePack } from '../language/pack.ts';
import { spokenNumbers, type NumberReading, type SpokenNumber } from '../language/spoken-numbers.ts';
import { clip } from '../plain-text.ts';

/** Nobody needs more words to say a few digits. */
const SAID_MAX_CHARS = 400;

/**
 * The digits somebody said, in every way in which their words may be meant, the likeliest first; words that are no numbers do not count.
 *
 * - After a correction ("no, ...", "sorry, ...") what comes after it; also all of it.
 * - Where the same is said twice, once.
 * - Where it begins with a word such as "oh", without it.
 * - With words that sound like digits ("for seven to nine") also as digits.
 */
export function saidDigits(text: string, pack: LanguagePack): readonly string[] {
  const said = clip(text, SAID_MAX_CHARS);
  const texts = [afterCorrection(said, pack), said].filter((one) => one !== undefined);
  const readings = (['words', 'digits'] as const).flatMap((soundAlikes) =>
    texts.flatMap((one) => readingsOf(one, pack, { soundAlikes })),
  );
  return [...new Set(readings)];
}

/** Whether anybody would say that there are digits in it: "to" is none by itself. */
export function hasDigits(text: string, pack: LanguagePack): boolean {
  const said = clip(text, SAID_MAX_CHARS);
  const [first, ...others] = spokenNumbers(said, pack);
  return others.length > 0 || (first !== undefined && !isInterjection(first, said, pack));
}

/** Whether these words, in one of their readings, are exactly this code: never when it is only a part of what was said. */
export function saysCode(text: string, code: string, pack: LanguagePack): boolean {
  return saidDigits(text, pack).includes(code);
}

function readingsOf(text: string, pack: LanguagePack, reading: NumberReading): string[] {
  const numbers = spokenNumbers(text, pack, reading);
  const all = numbers.map(({ digits }) => digits).join('');
  if (all === '' || all.includes('?')) return [];
  const [first] = numbers;
  return [
    all,
    saidTwice(numbers.map(({ digits }) => digits)),
    first !== undefined && isInterjection(first, text, pack) ? all.slice(first.digits.length) : undefined,
  ].filter((digits) => digits !== undefined && digits !== '') as string[];
}

/** "Oh, okay." */
function isInterjection({ start, end }: SpokenNumber, text: string, { spokenNumbers }: LanguagePack): boolean {
  return spokenNumbers.interjections.includes(bareWords(text.slice(start, end)));
}

/** "Four seven two nine. Four seven two nine." */
function saidTwice(parts: readonly string[]): string | undefined {
  const all = parts.join('');
  const half = all.slice(0, all.length / 2);
  let chars = 0;
  const isBoundary = parts.some((part) => (chars += part.length) === half.length);
  return isBoundary && parts.length > 1 && half + half === all ? half : undefined;
}

function afterCorrection(text: string, { spokenNumbers: { corrections } }: LanguagePack): string | undefined {
  const words = [...text.matchAll(/\S+/gu)];
  const bare = words.map(([word]) => bareWords(word));
  for (let at = words.length - 1; at >= 0; at -= 1) {
    const phrase = corrections.find((one) => bare.slice(at, at + one.split(' ').length).join(' ') === one);
    const next = phrase === undefined ? undefined : words[at + phrase.split(' ').length];
    if (next !== undefined) return text.slice(next.index);
  }
  return undefined;
}
