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
const [t1 = 0, t3 = 0, t5 = 0, t7 = 0, t9 = 0, t11 = 0, t13 = 0, t15 = 0] = TAPS;
/** Softer than anything that is looked at: most of a call is the other's turn, and costs nothing here. */
const QUIET_PEAK = 12;
/** What is kept of the frames before: as many neighbours as the filter looks at, less the newest; and the centres that wait for theirs. */
const NEIGHBOURS = 2 * TAPS.length - 1;
const CENTRES = TAPS.length;

/**
 * Frames of 320 samples at 16 kHz in, 160 at 8 kHz out, 1 ms late; undefined for silence. One per stream; what it returns is overwritten by the next
 * call.
 */
export function halfRate(): (frame: Int16Array) => Float64Array | undefined {
  const neighbours = new Float64Array(NEIGHBOURS + HALF_RATE_FRAME);
  const centres = new Float64Array(CENTRES + HALF_RATE_FRAME);
  const out = new Float64Array(HALF_RATE_FRAME);
  let wasQuiet = true;
  return (frame) => {
    const isQuiet = isSilence(frame);
    const isPassedOver = isQuiet && wasQuiet;
    wasQuiet = isQuiet;
    neighbours.copyWithin(0, HALF_RATE_FRAME);
    centres.copyWithin(0, HALF_RATE_FRAME);
    for (let at = isPassedOver ? HALF_RATE_FRAME - NEIGHBOURS : 0; at < HALF_RATE_FRAME; at += 1) {
      neighbours[NEIGHBOURS + at] = frame[2 * at] ?? 0;
      centres[CENTRES + at] = frame[2 * at + 1] ?? 0;
    }
    if (isPassedOver) return undefined;
    lowPass(neighbours, centres, out);
    return out;
  };
}

function isSilence(frame: Int16Array): boolean {
  for (let at = 0; at < SAMPLES_PER_FRAME; at += 1) if (Math.abs(frame[at] ?? 0) > QUIET_PEAK) return false;
  return true;
}

/**
 * Every second sample of what is filtered: its taps meet samples at even places only, `neighbours`, and in the middle one at an odd place. Two at a
 * time and spelled out: they share all neighbours but one, and this runs for every frame of every call, both ways.
 */
function lowPass(neighbours: Float64Array, centres: Float64Array, out: Float64Array): void {
  for (let at = 0; at < HALF_RATE_FRAME; at += 2) {
    const n0 = neighbours[at] ?? 0;
    const n1 = neighbours[at + 1] ?? 0;
    const n2 = neighbours[at + 2] ?? 0;
    const n3 = neighbours[at + 3] ?? 0;
    const n4 = neighbours[at + 4] ?? 0;
    const n5 = neighbours[at + 5] ?? 0;
    const n6 = neighbours[at + 6] ?? 0;
    const n7 = neighbours[at + 7] ?? 0;
    const n8 = neighbours[at + 8] ?? 0;
    const n9 = neighbours[at + 9] ?? 0;
    const n10 = neighbours[at + 10] ?? 0;
    const n11 = neighbours[at + 11] ?? 0;
    const n12 = neighbours[at + 12] ?? 0;
    const n13 = neighbours[at + 13] ?? 0;
    const n14 = neighbours[at + 14] ?? 0;
    const n15 = neighbours[at + 15] ?? 0;
    const n16 = neighbours[at + 16] ?? 0;
    out[at] =
      (centres[at] ?? 0) / 2 +
      t1 * (n7 + n8) +
      t3 * (n6 + n9) +
      t5 * (n5 + n10) +
      t7 * (n4 + n11) +
      t9 * (n3 + n12) +
      t11 * (n2 + n13) +
      t13 * (n1 + n14) +
      t15 * (n0 + n15);
    out[at + 1] =
      (centres[at + 1] ?? 0) / 2 +
      t1 * (n8 + n9) +
      t3 * (n7 + n10) +
      t5 * (n6 + n11) +
      t7 * (n5 + n12) +
      t9 * (n4 + n13) +
      t11 * (n3 + n14) +
      t13 * (n2 + n15) +
      t15 * (n1 + n16);
  }
}
