import { SAMPLE_RATE_HZ } from '#core/audio/pcm';
import { asPcm, samplesIn } from './levels.ts';
import { seededRandom, type SeededRandom } from './seeded-random.ts';

/** `hum`: 50 Hz and its harmonics under hiss; `comfort`: what a gateway plays in pauses, dull and slowly changing; `crackle`: clicks over faint hiss. */
export type NoiseKind = 'white' | 'pink' | 'hum' | 'comfort' | 'crackle';
export const NOISE_KINDS: readonly NoiseKind[] = ['white', 'pink', 'hum', 'comfort', 'crackle'];

export interface LineNoiseOptions {
  readonly seconds: number;
  /** Root mean square over all of it. */
  readonly levelDbfs: number;
  readonly seed: number;
  /** White unless said otherwise. */
  readonly kind?: NoiseKind;
}

export function lineNoise({ seconds, levelDbfs, seed, kind = 'white' }: LineNoiseOptions): Int16Array {
  const random = seededRandom(seed);
  const next = NOISES[kind](random);
  return asPcm(Float64Array.from({ length: samplesIn(seconds) }, next), levelDbfs);
}

type NextSample = (value: unknown, at: number) => number;

const NOISES: Readonly<Record<NoiseKind, (random: SeededRandom) => NextSample>> = {
  white: (random) => () => random.normal(),
  pink: (random) => pink(random),
  hum: (random) => hum(random),
  comfort: (random) => comfort(random),
  crackle: (random) => crackle(random),
};

/** One over f: white noise held for one, two, four ... samples, added up (Voss). */
function pink(random: SeededRandom): NextSample {
  const held = Array.from({ length: 12 }, () => random.normal());
  let sum = held.reduce((total, value) => total + value, 0);
  return (_value, at) => {
    const octave = Math.min(held.length - 1, at === 0 ? 0 : 31 - Math.clz32(at & -at));
    const value = random.normal();
    sum += value - (held[octave] ?? 0);
    held[octave] = value;
    return sum + random.normal();
  };
}

function hum(random: SeededRandom): NextSample {
  const harmonics = Array.from({ length: 12 }, (_, index) => ({
    turn: (2 * Math.PI * 50 * (index + 1)) / SAMPLE_RATE_HZ,
    phase: random.between(0, 2 * Math.PI),
    gain: (index % 2 === 0 ? 0.4 : 1) / (1 + index * 0.6),
  }));
  return (_value, at) =>
    harmonics.reduce((sum, { turn, phase, gain }) => sum + gain * Math.sin(turn * at + phase), 0.15 * random.normal());
}

function comfort(random: SeededRandom): NextSample {
  let [low, lower, gainDb] = [0, 0, 0];
  return (_value, at) => {
    // A new description of the noise comes every so often (RFC 3389), a little louder or softer than the last.
    if (at % (SAMPLE_RATE_HZ / 5) === 0) gainDb = Math.max(-2, Math.min(2, gainDb + 0.5 * random.normal()));
    low += 0.25 * (random.normal() - low);
    lower += 0.25 * (low - lower);
    return lower * 10 ** (gainDb / 20);
  };
}

const CLICKS_PER_SECOND = 4;

function crackle(random: SeededRandom): NextSample {
  let [ring, turn, decay] = [0, 0, 0];
  let since = 0;
  return () => {
    if (random.next() < CLICKS_PER_SECOND / SAMPLE_RATE_HZ) {
      ring = random.between(5, 60) * (random.next() < 0.5 ? -1 : 1);
      turn = random.between(0.3, 2.4);
      decay = Math.exp(-1 / random.between(4, 60));
      since = 0;
    }
    ring *= decay;
    since += 1;
    return ring * Math.cos(turn * since) + 0.6 * random.normal();
  };
}
