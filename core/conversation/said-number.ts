import { spokenNumbers } from '../language/spoken-numbers.ts';
import type { LanguagePack } from '../language/pack.ts';
import type { Said } from './state.ts';

/** The shortest numbers people give within a country, and the longest there are (ITU-T E.164). */
const DIGITS_MIN = 6;
const DIGITS_MAX = 15;
/** From so many digits on, groups are easier to follow, and a voice reads them one by one. */
const GROUPED_FROM_DIGITS = 8;

/** The telephone number in an answer: digits, with a + before them when the caller said it. Undefined when what is there is none. */
export function saidNumber({ text, by }: Said, pack: LanguagePack): string | undefined {
  const digits =
    by === 'keypad'
      ? text.replace(/\D/g, '')
      : spokenNumbers(text, pack)
          .map((number) => number.digits)
          .join('');
  if (digits.length < DIGITS_MIN || digits.length > DIGITS_MAX) return undefined;
  const words = text.toLowerCase();
  const isInternational = by === 'voice' && (/\+\s?\d/.test(text) || words.split(/\s+/).includes(pack.signs.plus));
  return isInternational && !digits.startsWith('0') ? `+${digits}` : digits;
}

/** As it is read out: "425 555 0100". */
export function readableNumber(number: string): string {
  const [plus, digits] = number.startsWith('+') ? ['+', number.slice(1)] : ['', number];
  if (digits.length < GROUPED_FROM_DIGITS) return number;
  const groups = [digits.slice(-4)];
  for (let end = digits.length - 4; end > 0; end -= 3) groups.unshift(digits.slice(Math.max(0, end - 3), end));
  return plus + groups.join(' ');
}
