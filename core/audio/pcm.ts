/** The one audio format inside the backend: `pcm16KMono` of ACS (acs-facts 4.3): 16 kHz, 16 bit signed, little-endian, mono. */
export const SAMPLE_RATE_HZ = 16_000;
export const FRAME_MS = 20;
export const SAMPLES_PER_FRAME = (SAMPLE_RATE_HZ * FRAME_MS) / 1000;

export function samplesToMs(samples: number): number {
  return (samples * 1000) / SAMPLE_RATE_HZ;
}

/** ACS's frames are 640 bytes; a sender may join some, but nobody sends a second at once (acs-facts 4.4 allows 64 kB). */
const BASE64_MAX_CHARS = 88_000;

/** Samples out of base64, or undefined for what is no base64, too long, or not whole samples. Never throws. */
export function pcmFromBase64(text: string): Int16Array | undefined {
  if (text.length > BASE64_MAX_CHARS || text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const byteLength = (text.length / 4) * 3 - padding;
  if (byteLength % 2 !== 0) return undefined;
  const pcm = new Int16Array(byteLength / 2);
  // What is no base64 the decoder passes over, and then there is too little.
  return Buffer.from(pcm.buffer).write(text, 'base64') === byteLength ? pcm : undefined;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Two characters for 12 bits, the first in the lower byte: so they come to lie in memory in their order, as samples do. */
const PAIRS = Uint16Array.from(
  { length: 4096 },
  (_, bits) => ALPHABET.charCodeAt(bits >> 6) | (ALPHABET.charCodeAt(bits & 63) << 8),
);
const PADDING = '='.charCodeAt(0);

/** Base64 of samples into just as much room, two characters in each element. */
export function writeBase64(pcm: Int16Array, into: Uint16Array): void {
  let to = 0;
  for (let at = 0; at < pcm.length; at += 3) {
    const a = pcm[at] ?? 0;
    const b = pcm[at + 1] ?? 0;
    const c = pcm[at + 2] ?? 0;
    into[to] = PAIRS[((a & 0xff) << 4) | ((a >> 12) & 0xf)] ?? 0;
    into[to + 1] = PAIRS[(a & 0xf00) | (b & 0xff)] ?? 0;
    into[to + 2] = PAIRS[((b >> 4) & 0xff0) | ((c >> 4) & 0xf)] ?? 0;
    into[to + 3] = PAIRS[((c & 0xf) << 8) | ((c >> 8) & 0xff)] ?? 0;
    to += 4;
  }
  const last = into.length - 1;
  if (pcm.length % 3 === 1) into[last] = ((into[last] ?? 0) & 0xff) | (PADDING << 8);
  if (pcm.length % 3 === 2) into[last] = PADDING | (PADDING << 8);
}
