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
/** In samples. What is between them is alike. */
const COMPARED_EVERY = 4;

/** The way an echo takes: a delay and a short filter, learned by least squares. */
export interface EchoFilter {
  /** Position in what was played, less the position in what is heard. Whoever knows that the way has become longer or shorter sets it. */
  offset: number;
  /** From how many frames it was learned. */
  readonly learned: number;
  /** The echo to expect in the frame that begins at this position of what is heard; overwritten by the next call. */
  expected(heardAt: number): Float64Array;
  /**
   * The share of this frame's power that is left if the way is longer or shorter by so many samples: 1 and more if it is not. From some of the
   * samples, which is near enough to tell. `expected` is to be asked again before anything is learned.
   */
  leftIfMoved(heardAt: number, by: number, heard: Float64Array): number;
  /** Learns from the frame that `expected` was last asked about, which held no voice of the caller. */
  learn(heard: Float64Array): void;
}

export function echoFilter(played: SoundHistory, offset: number): EchoFilter {
  const reference = new Float64Array(HALF_RATE_FRAME + TAPS - 1);
  const correlation = new Float64Array(TAPS);
  const cross = new Float64Array(TAPS);
  const echo = new Float64Array(HALF_RATE_FRAME);
  const taps = new Float64Array(TAPS);
  let learned = 0;

  function filtered(at: number): number {
    let sum = 0;
    for (let tap = 0; tap < TAPS; tap += 1) sum += (taps[tap] ?? 0) * (reference[at + TAPS - 1 - tap] ?? 0);
    return sum;
  }

  const way: EchoFilter = {
    offset,
    get learned() {
      return learned;
    },
    expected(heardAt) {
      played.copy(heardAt + way.offset + TAPS_BEFORE - (TAPS - 1), reference);
      for (let at = 0; at < HALF_RATE_FRAME; at += 1) echo[at] = filtered(at);
      return echo;
    },
    leftIfMoved(heardAt, by, heard) {
      played.copy(heardAt + way.offset + by + TAPS_BEFORE - (TAPS - 1), reference);
      let before = 0;
      let after = 0;
      for (let at = 0; at < HALF_RATE_FRAME; at += COMPARED_EVERY) {
        const sample = heard[at] ?? 0;
        before += sample * sample;
        after += (sample - filtered(at)) ** 2;
      }
      return before === 0 ? 1 : after / before;
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
      if (learned < 4 || learned % FRAMES_PER_SOLUTION === 0) solve(correlation, cross, taps);
    },
  };
  return way;
}

/** Scratch space of one solution; solutions follow each other, so all calls share it. */
const predictor = new Float64Array(TAPS);
const solution = new Float64Array(TAPS);

/** The filter with these correlations (Levinson's recursion); `into` stays as it is where there is nothing to learn from. */
function solve(correlation: Float64Array, cross: Float64Array, into: Float64Array): void {
  const power = (correlation[0] ?? 0) * (1 + CALMING);
  if (power < 1) return;
  predictor.fill(0);
  solution.fill(0);
  predictor[0] = 1;
  solution[0] = (cross[0] ?? 0) / power;
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
    if (!(error > 0)) return;
    let missing = cross[order] ?? 0;
    for (let tap = 0; tap < order; tap += 1) missing -= (solution[tap] ?? 0) * (correlation[order - tap] ?? 0);
    const share = missing / error;
    for (let tap = 0; tap <= order; tap += 1)
      solution[tap] = (solution[tap] ?? 0) + share * (predictor[order - tap] ?? 0);
  }
  into.set(solution);
}
