import { HALF_RATE_FRAME } from './half-rate.ts';

/** The longest echo that is looked for; the field reports up to 400 ms, and the beat of what is played may run some frames ahead. */
export const ECHO_MAX_MS = 700;
/** Powers of two, in samples at 8 kHz: what holds the longest echo, the window looked at and the filter; and what holds the window alone. */
export const LONG_HISTORY = 8_192;
export const SHORT_HISTORY = 1_024;

/** A stretch of sound at 8 kHz and, for coarse comparisons, at 4 kHz, by its position from the beginning of the call. */
export interface SoundHistory {
  /** 8 kHz samples so far. */
  readonly written: number;
  /** 20 ms at 8 kHz; undefined for silence. */
  push(frame: Float64Array | undefined): void;
  /** Copies the samples of the 8 kHz positions from `from` on; what is not there any more, or not yet, is silence. */
  copy(from: number, into: Float64Array): void;
  /** The same for positions at 4 kHz. */
  copyCoarse(from: number, into: Float64Array): void;
}

const silence = new Float64Array(HALF_RATE_FRAME);

export function soundHistory(length: typeof LONG_HISTORY | typeof SHORT_HISTORY): SoundHistory {
  // Half the memory of doubles, for every call, and all the precision that 16 bit samples have.
  const fine = new Float32Array(length);
  const coarse = new Float32Array(length / 2);
  let written = 0;
  let silentSamples = 0;
  /** The last sample and the last of the low-pass. In an array: numbers that a closure keeps are allocated anew each time. */
  const memory = new Float64Array(2);

  function write(frame: Float64Array): void {
    let last = memory[0] ?? 0;
    let lowPassed = memory[1] ?? 0;
    for (let at = 0; at < HALF_RATE_FRAME; at += 2) {
      const one = frame[at] ?? 0;
      const two = frame[at + 1] ?? 0;
      fine[(written + at) & (length - 1)] = one;
      fine[(written + at + 1) & (length - 1)] = two;
      // Low-passed before every second sample is left out, and the bass, in which all voices are alike, turned down.
      const smooth = (last + 2 * one + two) / 4;
      coarse[((written + at) >> 1) & (length / 2 - 1)] = smooth - 0.4 * lowPassed;
      lowPassed = smooth;
      last = two;
    }
    memory[0] = last;
    memory[1] = lowPassed;
  }

  return {
    get written() {
      return written;
    },
    push(frame) {
      // The low-pass rings on into the first frame of a silence; once the silence is as long as the history, it is there already.
      if (frame !== undefined || silentSamples < length + HALF_RATE_FRAME) write(frame ?? silence);
      silentSamples = frame === undefined ? silentSamples + HALF_RATE_FRAME : 0;
      written += HALF_RATE_FRAME;
    },
    copy: (from, into) => copyOf(fine, from, written, into),
    copyCoarse: (from, into) => copyOf(coarse, from, written >> 1, into),
  };
}

function copyOf(ring: Float32Array, from: number, end: number, into: Float64Array): void {
  const start = Math.max(from, end - ring.length, 0);
  const stop = Math.min(from + into.length, end);
  if (stop - start < into.length) into.fill(0);
  for (let position = start; position < stop; position += 1)
    into[position - from] = ring[position & (ring.length - 1)] ?? 0;
}
