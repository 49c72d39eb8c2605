import { SAMPLE_RATE_HZ } from '#core/audio/pcm';
import { samplesIn } from './levels.ts';
import { seededRandom } from './seeded-random.ts';

const ROWS_HZ = [697, 770, 852, 941];
const COLUMNS_HZ = [1209, 1336, 1477, 1633];
const EDGE_SAMPLES = 32;

export interface KeypadTonesOptions {
  readonly seconds: number;
  /** Of both frequencies together, while a key is down. */
  readonly levelDbfs: number;
  readonly seed: number;
}

/**
 * Random keys (ITU-T Q.23), held 50 to 400 ms and now and then for two seconds, with pauses between. Frequencies are off by up to 1.5 %, and
 * the upper tone is up to 4 dB louder or softer than the lower one, as real keypads are.
 */
export function keypadTones({ seconds, levelDbfs, seed }: KeypadTonesOptions): Int16Array {
  const random = seededRandom(seed);
  const pcm = new Int16Array(samplesIn(seconds));
  let at = samplesIn(random.between(0, 0.2));
  while (at < pcm.length) {
    const held = samplesIn(random.next() < 0.05 ? 2 : random.between(0.05, 0.4));
    const tones = [random.pick(ROWS_HZ), random.pick(COLUMNS_HZ)].map((hz) => ({
      turn: (2 * Math.PI * hz * random.between(0.985, 1.015)) / SAMPLE_RATE_HZ,
      phase: random.between(0, 2 * Math.PI),
    }));
    const twist = 10 ** (random.between(-4, 4) / 20);
    const amplitude = (32_768 * 10 ** (levelDbfs / 20) * Math.SQRT2) / Math.sqrt(1 + twist * twist);
    for (let n = 0; n < held && at + n < pcm.length; n += 1) {
      const edge = Math.min(1, (n + 1) / EDGE_SAMPLES, (held - n) / EDGE_SAMPLES);
      const [low = 0, high = 0] = tones.map(({ turn, phase }) => Math.sin(turn * n + phase));
      pcm[at + n] = Math.round(amplitude * edge * (low + twist * high));
    }
    at += held + samplesIn(random.between(0.05, 0.8));
  }
  return pcm;
}
