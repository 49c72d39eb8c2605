import { levelDbfs } from '#core/audio/level';
import { SAMPLE_RATE_HZ, SAMPLES_PER_FRAME } from '#core/audio/pcm';

/** Frames this far below the loudest one are pauses, which do not count for how loud somebody speaks. */
const PAUSE_BELOW_PEAK_DB = 25;

export function samplesIn(seconds: number): number {
  return Math.round(seconds * SAMPLE_RATE_HZ);
}

/** How loud the sound is while it sounds: the root mean square of its frames without the pauses between. */
export function activeLevelDbfs(pcm: Int16Array): number {
  const levels: number[] = [];
  for (let at = 0; at < pcm.length; at += SAMPLES_PER_FRAME) {
    levels.push(levelDbfs(pcm.subarray(at, at + SAMPLES_PER_FRAME)));
  }
  const loudest = levels.reduce((most, level) => Math.max(most, level), -96);
  const powers = levels.filter((level) => level > loudest - PAUSE_BELOW_PEAK_DB).map((level) => 10 ** (level / 10));
  return 10 * Math.log10(powers.reduce((sum, power) => sum + power, 0) / Math.max(1, powers.length) + 1e-12);
}

/** The same sound, this loud while it sounds; what is beyond full scale is clipped. */
export function atLevel(pcm: Int16Array, dbfs: number): Int16Array {
  return amplified(pcm, dbfs - activeLevelDbfs(pcm));
}

export function amplified(pcm: Int16Array, gainDb: number): Int16Array {
  const gain = 10 ** (gainDb / 20);
  return Int16Array.from(pcm, (sample) => clipped(sample * gain));
}

/** All at once, as long as the longest. */
export function mixed(...sounds: readonly Int16Array[]): Int16Array {
  const sum = new Float64Array(sounds.reduce((most, { length }) => Math.max(most, length), 0));
  for (const sound of sounds) {
    for (let at = 0; at < sound.length; at += 1) sum[at] = (sum[at] ?? 0) + (sound[at] ?? 0);
  }
  return Int16Array.from(sum, clipped);
}

/** One after the other. */
export function joined(...sounds: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(sounds.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const sound of sounds) {
    all.set(sound, at);
    at += sound.length;
  }
  return all;
}

export function silence(seconds: number): Int16Array {
  return new Int16Array(samplesIn(seconds));
}

/** Samples of any size as 16 bit, with this root mean square over all of them. */
export function asPcm(samples: Float64Array, rmsDbfs: number): Int16Array {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  const gain = rms === 0 ? 0 : (32_768 * 10 ** (rmsDbfs / 20)) / rms;
  return Int16Array.from(samples, (sample) => clipped(sample * gain));
}

function clipped(sample: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(sample)));
}
