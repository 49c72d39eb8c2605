import type { SoundHistory } from './echo-reference.ts';
import { HALF_RATE_FRAME } from './half-rate.ts';

/** 6 ms at 8 kHz: a hybrid, an earpiece, the filters of two codecs. What comes later is a second echo, which is softer. */
const TAPS = 48;
/** Taps before the strongest one: filters along the way smear in both directions. */
const TAPS_BEFORE = 16;
/** What was learned a second ago counts a third. */
const FORGETTING = 0.98;
/** Part of the reference's power that is added to its diagonal: keeps the solution calm where the voice has no energy. */
const CALMING = 0.002;
const FRAMES_PER_SOLUTION = 3;

/** The way an echo takes: a delay and a short filter, learned by least squares. */
export interface EchoFilter {
  /** Position in what was played, less the position in what is heard. */
  readonly offset: number;
  /** The echo to expect in the frame that begins at this position of what is heard; overwritten by the next call. */
  expected(heardAt: number): Float64Array;
  /** Learns from the frame that `expected` was last asked about, which held no voice of the caller. */
  learn(heard: Float64Array): void;
}

export function echoFilter(played: SoundHistory, offset: number): EchoFilter {
  const reference = new Float64Array(HALF_RATE_FRAME + TAPS - 1);
  const correlation = new Float64Array(TAPS);
  const cross = new Float64Array(TAPS);
  const echo = new Float64Array(HALF_RATE_FRAME);
  let taps = new Float64Array(TAPS);
  let learned = 0;
  return {
    offset,
    expected(heardAt) {
      played.copy(heardAt + offset + TAPS_BEFORE - (TAPS - 1), reference);
      for (let at = 0; at < HALF_RATE_FRAME; at += 1) {
        let sum = 0;
        for (let tap = 0; tap < TAPS; tap += 1) sum += (taps[tap] ?? 0) * (reference[at + TAPS - 1 - tap] ?? 0);
        echo[at] = sum;
      }
      return echo;
    },
    learn(heard) {
      for (let tap = 0; tap < TAPS; tap += 1) {
        let own = 0;
        let both = 0;
        for (let at = 0; at < HALF_RATE_FRAME; at += 1) {
          const delayed = reference[at + TAPS - 1 - tap] ?? 0;
          own += (reference[at + TAPS - 1] ?? 0) * delayed;
          both += (heard[at] ?? 0) * delayed;
        }
        correlation[tap] = FORGETTING * (correlation[tap] ?? 0) + own;
        cross[tap] = FORGETTING * (cross[tap] ?? 0) + both;
      }
      learned += 1;
      if (learned < 4 || learned % FRAMES_PER_SOLUTION === 0) taps = solved(correlation, cross) ?? taps;
    },
  };
}

/** The filter with these correlations (Levinson's recursion); undefined where there is nothing to learn from. */
function solved(correlation: Float64Array, cross: Float64Array): Float64Array<ArrayBuffer> | undefined {
  const power = (correlation[0] ?? 0) * (1 + CALMING);
  if (power < 1) return undefined;
  const predictor = new Float64Array(TAPS);
  const filter = new Float64Array(TAPS);
  predictor[0] = 1;
  filter[0] = (cross[0] ?? 0) / power;
  let error = power;
  for (let order = 1; order < TAPS; order += 1) {
    let reflected = 0;
    for (let tap = 0; tap < order; tap += 1) reflected += (predictor[tap] ?? 0) * (correlation[order - tap] ?? 0);
    const reflection = -reflected / error;
    for (let low = 0, high = order; low <= high; low += 1, high -= 1) {
      const one = predictor[low] ?? 0;
      const other = predictor[high] ?? 0;
      predictor[low] = one + reflection * other;
      predictor[high] = other + reflection * one;
    }
    error *= 1 - reflection * reflection;
    if (!(error > 0)) return undefined;
    let missing = cross[order] ?? 0;
    for (let tap = 0; tap < order; tap += 1) missing -= (filter[tap] ?? 0) * (correlation[order - tap] ?? 0);
    const share = missing / error;
    for (let tap = 0; tap <= order; tap += 1) filter[tap] = (filter[tap] ?? 0) + share * (predictor[order - tap] ?? 0);
  }
  return filter;
}
