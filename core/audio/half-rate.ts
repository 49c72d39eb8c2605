import { SAMPLES_PER_FRAME } from './pcm.ts';

/** Telephone audio has nothing above 3.4 kHz: whatever only looks at it does so at half the rate, for half the work. */
export const HALF_RATE_HZ = 8_000;
export const HALF_RATE_FRAME = SAMPLES_PER_FRAME / 2;

/** Half-band low-pass (windowed sinc, Hamming), the taps at odd distances 1, 3, 5 ... from the centre, which is one half: flat to 3 kHz. */
const TAPS = Array.from({ length: 8 }, (_, index) => {
  const distance = 2 * index + 1;
  const window = 0.54 + 0.46 * Math.cos((Math.PI * distance) / 16);
  return (window * Math.sin((Math.PI * distance) / 2)) / (Math.PI * distance);
});
/** Softer than anything that is looked at: most of a call is the other's turn, and costs nothing here. */
const QUIET_PEAK = 12;
const HISTORY = 2 * (2 * TAPS.length - 1);

/**
 * Frames of 320 samples at 16 kHz in, 160 at 8 kHz out, 1 ms late; undefined for silence. One per stream; what it returns is overwritten by the next
 * call.
 */
export function halfRate(): (frame: Int16Array) => Float64Array | undefined {
  const samples = new Float64Array(HISTORY + SAMPLES_PER_FRAME);
  const out = new Float64Array(HALF_RATE_FRAME);
  let wasQuiet = true;
  return (frame) => {
    samples.copyWithin(0, SAMPLES_PER_FRAME);
    let peak = 0;
    for (let at = 0; at < SAMPLES_PER_FRAME; at += 1) {
      const sample = frame[at] ?? 0;
      samples[HISTORY + at] = sample;
      peak = Math.max(peak, Math.abs(sample));
    }
    const isQuiet = peak <= QUIET_PEAK;
    if (isQuiet && wasQuiet) return undefined;
    wasQuiet = isQuiet;
    for (let at = 0; at < HALF_RATE_FRAME; at += 1) {
      const centre = 2 * at + HISTORY / 2;
      let sum = (samples[centre] ?? 0) / 2;
      for (let tap = 0; tap < TAPS.length; tap += 1) {
        const distance = 2 * tap + 1;
        sum += (TAPS[tap] ?? 0) * ((samples[centre - distance] ?? 0) + (samples[centre + distance] ?? 0));
      }
      out[at] = sum;
    }
    return out;
  };
}
