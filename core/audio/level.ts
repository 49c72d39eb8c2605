/** Full scale of 16 bit samples. */
const FULL_SCALE = 32_768;
/** What silence is called: below the last bit of 16. */
const FLOOR_DBFS = -96;

/** Root mean square of the samples in dB relative to full scale: 0 is as loud as it gets, silence -96. */
export function levelDbfs(pcm: Int16Array): number {
  let sum = 0;
  for (const sample of pcm) sum += sample * sample;
  const rms = Math.sqrt(sum / Math.max(1, pcm.length));
  return rms === 0 ? FLOOR_DBFS : Math.max(FLOOR_DBFS, 20 * Math.log10(rms / FULL_SCALE));
}
