/**
 * Marks in audio by which a frame of 20 ms is known again at the other end, and words by which text is. A mark is a handful of samples so quiet
 * (below -65 dBFS over the frame) that no ear and no voice detector notices it.
 */

export const FRAME_BYTES = 640;
export const FRAME_MS = 20;
/** Marks lie within the first 30 bytes: 40 characters of base64, the only ones that differ between marked frames. */
export const MARK_BYTES = 30;

/** Who made the frame: a caller (silence between two utterances) or the voice of the agent. */
const MAGIC = { caller: [41, -41, 37, -37], agent: [43, -43, 31, -31] } as const;
type Maker = keyof typeof MAGIC;

const DIGITS_AT = 4;
const HIGH_DIGITS = 2;
const LOW_DIGITS = 4;
const BASE = 64;

/** `high` is a call or a frame's place, up to 4095; `low` a running number. */
export interface Mark {
  readonly high: number;
  readonly low: number;
}

export function writeMark(maker: Maker, { high, low }: Mark, into: Buffer, at: number): void {
  MAGIC[maker].forEach((sample, index) => into.writeInt16LE(sample, at + index * 2));
  writeDigits(high, HIGH_DIGITS, into, at + DIGITS_AT * 2);
  writeDigits(low, LOW_DIGITS, into, at + (DIGITS_AT + HIGH_DIGITS) * 2);
}

/** Undefined for a frame of anything else. */
export function readMark(maker: Maker, from: Buffer, at: number): Mark | undefined {
  if (from.length < at + (DIGITS_AT + HIGH_DIGITS + LOW_DIGITS) * 2) return undefined;
  const magic = MAGIC[maker];
  for (let index = 0; index < DIGITS_AT; index += 1)
    if (from.readInt16LE(at + index * 2) !== magic[index]) return undefined;
  return {
    high: readDigits(HIGH_DIGITS, from, at + DIGITS_AT * 2),
    low: readDigits(LOW_DIGITS, from, at + (DIGITS_AT + HIGH_DIGITS) * 2),
  };
}

function writeDigits(value: number, digits: number, into: Buffer, at: number): void {
  let rest = value;
  for (let index = 0; index < digits; index += 1) {
    into.writeInt16LE(rest % BASE, at + index * 2);
    rest = Math.floor(rest / BASE);
  }
}

function readDigits(digits: number, from: Buffer, at: number): number {
  let value = 0;
  for (let index = digits - 1; index >= 0; index -= 1) value = value * BASE + from.readInt16LE(at + index * 2);
  return value;
}

const CONSONANTS = 'bdfgklmnprst';
const VOWELS = 'aeiou';
const SYLLABLES = CONSONANTS.length * VOWELS.length;
const SYLLABLES_EACH = 2;
/** Calls are told apart by numbers below this, in marks and in tags. */
export const CALL_NUMBERS = SYLLABLES ** SYLLABLES_EACH;
const TAG = /\bzu((?:[bdfgklmnprst][aeiou]){4})\b/gi;

/** A made-up word that names a turn of a call and comes through prompts, models and SSML unchanged: `zubakodila`. Both numbers below `CALL_NUMBERS`. */
export function tagOf(call: number, turn: number): string {
  return `zu${syllables(call)}${syllables(turn)}`;
}

/** The last one in a text. */
export function lastTagIn(text: string): { readonly call: number; readonly turn: number } | undefined {
  let found: string | undefined;
  for (const [, letters] of text.matchAll(TAG)) found = letters?.toLowerCase();
  if (found === undefined) return undefined;
  return { call: numberOf(found.slice(0, SYLLABLES_EACH * 2)), turn: numberOf(found.slice(SYLLABLES_EACH * 2)) };
}

function syllables(value: number): string {
  const one = (index: number): string =>
    (CONSONANTS[Math.floor(index / VOWELS.length)] ?? '') + (VOWELS[index % VOWELS.length] ?? '');
  return one(Math.floor(value / SYLLABLES) % SYLLABLES) + one(value % SYLLABLES);
}

function numberOf(letters: string): number {
  let value = 0;
  for (let at = 0; at < letters.length; at += 2) {
    const index = CONSONANTS.indexOf(letters.charAt(at)) * VOWELS.length + VOWELS.indexOf(letters.charAt(at + 1));
    value = value * SYLLABLES + index;
  }
  return value;
}
