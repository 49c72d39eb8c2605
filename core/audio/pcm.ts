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

export function pcmToBase64(pcm: Int16Array): string {
  return Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString('base64');
}
