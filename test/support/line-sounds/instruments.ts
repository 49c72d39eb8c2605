import { SAMPLE_RATE_HZ } from '#core/audio/pcm';
import type { SeededRandom } from './seeded-random.ts';

interface Instrument {
  /** Gains of the harmonics. */
  readonly partials: readonly number[];
  readonly gain: number;
  readonly attackSeconds: number;
  /** Time in which a struck note loses 60 dB; undefined for one that is held. */
  readonly decaySeconds?: number;
  /** Depth in cents; the rate is about that of a player. */
  readonly vibratoCents?: number;
}

export const INSTRUMENTS = {
  strings: { partials: [1, 0.7, 0.5, 0.4, 0.3, 0.25, 0.2], gain: 0.25, attackSeconds: 0.12, vibratoCents: 8 },
  violin: { partials: [1, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2], gain: 0.4, attackSeconds: 0.05, vibratoCents: 35 },
  flute: { partials: [1, 0.35, 0.15, 0.05], gain: 0.6, attackSeconds: 0.04, vibratoCents: 25 },
  clarinet: { partials: [1, 0.1, 0.7, 0.1, 0.4, 0.05, 0.2], gain: 0.45, attackSeconds: 0.03, vibratoCents: 12 },
  organ: { partials: [1, 0.8, 0.4, 0.6, 0, 0.3, 0, 0.3], gain: 0.3, attackSeconds: 0.01 },
  piano: { partials: [1, 0.6, 0.4, 0.3, 0.2, 0.12], gain: 0.5, attackSeconds: 0.004, decaySeconds: 2.5 },
  chimes: { partials: [1, 0, 0.6, 0, 0.3], gain: 0.5, attackSeconds: 0.002, decaySeconds: 1.5 },
  marimba: { partials: [1, 0, 0, 0.5], gain: 0.6, attackSeconds: 0.003, decaySeconds: 0.6 },
  bass: { partials: [1, 0.7, 0.4, 0.2, 0.1], gain: 0.5, attackSeconds: 0.01, decaySeconds: 3 },
} as const satisfies Readonly<Record<string, Instrument>>;
export type InstrumentName = keyof typeof INSTRUMENTS;

interface Note {
  readonly hz: number;
  readonly atSample: number;
  readonly samples: number;
  /** Where in its wave the note begins, and in its vibrato: 0 to 1. */
  readonly phase: number;
}

const RELEASE_SAMPLES = 800;
const VIBRATO_HZ = 5.6;
const TABLE_SIZE = 4096;
const tables = new WeakMap<Instrument, Map<number, Float64Array>>();

/** Adds the note to what is there. */
export function playNote(out: Float64Array, instrument: Instrument, { hz, atSample, samples, phase }: Note): void {
  const wave = waveOf(instrument, Math.floor(7_600 / hz));
  const attack = instrument.attackSeconds * SAMPLE_RATE_HZ;
  const fading = instrument.decaySeconds === undefined ? 1 : 10 ** (-3 / (instrument.decaySeconds * SAMPLE_RATE_HZ));
  const depth = 2 ** ((instrument.vibratoCents ?? 0) / 1200) - 1;
  const step = (hz * TABLE_SIZE) / SAMPLE_RATE_HZ;
  const end = Math.min(out.length, atSample + samples);
  let [at, decay] = [phase * TABLE_SIZE, 1];
  for (let n = atSample; n < end; n += 1) {
    const since = n - atSample;
    const envelope = Math.min(1, since / attack, (atSample + samples - n) / RELEASE_SAMPLES) * decay;
    out[n] = (out[n] ?? 0) + instrument.gain * envelope * (wave[at & (TABLE_SIZE - 1)] ?? 0);
    const bend = depth === 0 ? 0 : depth * Math.sin(2 * Math.PI * ((VIBRATO_HZ * since) / SAMPLE_RATE_HZ + phase));
    at += step * (1 + bend);
    decay *= fading;
  }
}

/** One turn of the wave, without the harmonics that the sampling rate cannot hold. */
function waveOf(instrument: Instrument, harmonics: number): Float64Array {
  const partials = instrument.partials.slice(0, Math.max(1, harmonics));
  const made = tables.get(instrument) ?? new Map<number, Float64Array>();
  tables.set(instrument, made);
  const before = made.get(partials.length);
  if (before !== undefined) return before;
  const wave = Float64Array.from({ length: TABLE_SIZE }, (_, at) =>
    partials.reduce((sum, gain, index) => sum + gain * Math.sin((2 * Math.PI * (index + 1) * at) / TABLE_SIZE), 0),
  );
  made.set(partials.length, wave);
  return wave;
}

interface Drum {
  readonly seconds: number;
  readonly gain: number;
  /** How much of it is noise, the rest is a sine that falls. */
  readonly noise: number;
  readonly hz: number;
  /** 0 for all of the noise, towards 1 for its high end only. */
  readonly brightness: number;
}

export const DRUMS = {
  kick: { seconds: 0.15, gain: 1.2, noise: 0.05, hz: 110, brightness: 0 },
  snare: { seconds: 0.14, gain: 0.6, noise: 0.8, hz: 190, brightness: 0.2 },
  hat: { seconds: 0.05, gain: 0.25, noise: 1, hz: 0, brightness: 0.9 },
} as const satisfies Readonly<Record<string, Drum>>;
export type DrumName = keyof typeof DRUMS;

/** Adds the stroke to what is there. */
export function playDrum(out: Float64Array, drum: Drum, atSample: number, random: SeededRandom): void {
  const length = drum.seconds * SAMPLE_RATE_HZ;
  let [phase, last] = [0, 0];
  for (let n = 0; n < length && atSample + n < out.length; n += 1) {
    const envelope = Math.exp((-5 * n) / length);
    const hiss = random.normal();
    const noise = hiss - drum.brightness * last;
    last = hiss;
    phase += (2 * Math.PI * drum.hz * (0.5 + envelope / 2)) / SAMPLE_RATE_HZ;
    const sound = drum.noise * noise + (1 - drum.noise) * Math.sin(phase);
    out[atSample + n] = (out[atSample + n] ?? 0) + drum.gain * envelope * sound;
  }
}
