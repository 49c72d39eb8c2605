import { SAMPLES_PER_FRAME } from '#core/audio/pcm';

const FRAME_BYTES = SAMPLES_PER_FRAME * 2;
/** With the two characters of padding that 640 bytes end with. */
export const BASE64_FRAME_CHARS = 4 * Math.ceil(FRAME_BYTES / 3);

const ALPHABET = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const NO_BASE64 = -1;
/** What two characters stand for, 12 bits, by the number that they are as two bytes of memory. */
const PAIRS = new Int16Array(2 ** 16).fill(NO_BASE64);
ALPHABET.forEach((first, high) => {
  ALPHABET.forEach((second, low) => {
    PAIRS[first | (second << 8)] = (high << 6) | low;
  });
});

/** Eight characters are three samples. The last characters, padding among them, are two samples. */
const WORDS_PER_STEP = 2;
const SAMPLES_PER_STEP = 3;
const STEPS = Math.floor(SAMPLES_PER_FRAME / SAMPLES_PER_STEP);

const frame = new Int16Array(SAMPLES_PER_FRAME);
const text = new Uint8Array(BASE64_FRAME_CHARS);
const words = new Uint32Array(text.buffer);

/**
 * One frame out of the base64 that begins at `start`; undefined when there is other than base64 among it. The padding is not looked at. Node's own
 * decoder wants a string, which would be the most of all garbage that a call makes; here the next call writes over the frame.
 */
export function base64Frame(message: Buffer, start: number): Int16Array | undefined {
  message.copy(text, 0, start, start + BASE64_FRAME_CHARS);
  let all = 0;
  for (let step = 0; step < STEPS; step += 1) {
    const early = words[WORDS_PER_STEP * step] ?? 0;
    const late = words[WORDS_PER_STEP * step + 1] ?? 0;
    const a = PAIRS[early & 0xffff] ?? 0;
    const b = PAIRS[early >>> 16] ?? 0;
    const c = PAIRS[late & 0xffff] ?? 0;
    const d = PAIRS[late >>> 16] ?? 0;
    all |= a | b | c | d;
    const at = SAMPLES_PER_STEP * step;
    frame[at] = firstSample(a, b);
    frame[at + 1] = secondSample(b, c);
    frame[at + 2] = ((c & 0xf) << 4) | (d >> 8) | ((d & 0xff) << 8);
  }
  const early = words[WORDS_PER_STEP * STEPS] ?? 0;
  const late = words[WORDS_PER_STEP * STEPS + 1] ?? 0;
  const a = PAIRS[early & 0xffff] ?? 0;
  const b = PAIRS[early >>> 16] ?? 0;
  const c = PAIRS[late & 0xffff] ?? 0;
  all |= a | b | c;
  frame[SAMPLES_PER_FRAME - 2] = firstSample(a, b);
  frame[SAMPLES_PER_FRAME - 1] = secondSample(b, c);
  // What is no base64 is the only number below zero.
  return all < 0 ? undefined : frame;
}

/** Bytes come lowest first, their bits highest first. */
function firstSample(a: number, b: number): number {
  return (a >> 4) | ((a & 0xf) << 12) | (b & 0xf00);
}

function secondSample(b: number, c: number): number {
  return (b & 0xff) | ((c >> 4) << 8);
}
