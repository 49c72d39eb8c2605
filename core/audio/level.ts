/** Full scale of 16 bit samples. */
const FULL_SCALE = 32_768;
/** What silence is called: below the last bit of 16. */
const FLOOR_DBFS = -96;

/** Of samples in whatever scale; 0 when there are none. */
export function meanSquare(samples: Float64Array | Int16Array): number {
  // Two sums side by side: every addition to one alone waits for the one before.
  let even = 0;
  let odd = 0;
  for (let at = 0; at < samples.length; at += 2) {
    const one = samples[at] ?? 0;
    const other = samples[at + 1] ?? 0;
    even += one * one;
    odd += other * other;
  }
  return (even + odd) / Math.max(1, samples.length);
}

/** Root mean square of the samples in dB relative to full scale: 0 is as loud as it gets, silence -96. */
export function levelDbfs(pcm: Int16Array): number {
  const rms = Math.sqrt(meanSquare(pcm));
  return rms === 0 ? FLOOR_DBFS : Math.max(FLOOR_DBFS, 20 * Math.log10(rms / FULL_SCALE));
}
