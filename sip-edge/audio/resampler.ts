/** Rate conversion by a rational factor with a windowed-sinc polyphase filter; keeps its history between calls. */

/** Taps per phase: enough to keep speech up to 7 kHz and to hold images under hearing on a phone line. */
const TAPS_PER_PHASE = 24;

export class Resampler {
  readonly #up: number;
  readonly #down: number;
  readonly #phases: readonly Float64Array[];
  #history = new Float64Array(TAPS_PER_PHASE - 1);
  /** Position of the next output sample, in units of 1/up input samples, relative to the first sample of the next input. */
  #position = 0;

  constructor(fromHz: number, toHz: number) {
    const divisor = greatestCommonDivisor(fromHz, toHz);
    this.#up = toHz / divisor;
    this.#down = fromHz / divisor;
    this.#phases = designPhases(this.#up, Math.max(this.#up, this.#down));
  }

  /** 20 ms in gives 20 ms out for 16 and 24 kHz; the filter's delay is about 0.75 ms. */
  convert(input: Int16Array): Int16Array {
    const padded = new Float64Array(this.#history.length + input.length);
    padded.set(this.#history);
    padded.set(input, this.#history.length);
    const end = input.length * this.#up;
    const output = new Int16Array(Math.max(0, Math.ceil((end - this.#position) / this.#down)));
    for (let index = 0; index < output.length; index += 1) {
      const newest = Math.floor(this.#position / this.#up) + this.#history.length;
      output[index] = saturate(this.#filter(padded, newest, this.#position % this.#up));
      this.#position += this.#down;
    }
    this.#position -= end;
    this.#history = padded.slice(padded.length - this.#history.length);
    return output;
  }

  #filter(samples: Float64Array, newest: number, phase: number): number {
    const taps = this.#phases[phase];
    if (taps === undefined) return 0;
    let sum = 0;
    for (let tap = 0; tap < TAPS_PER_PHASE; tap += 1) sum += (taps[tap] ?? 0) * (samples[newest - tap] ?? 0);
    return sum;
  }
}

/** Low pass at the lower of the two Nyquist frequencies, Blackman window, each phase with unit gain at 0 Hz. */
function designPhases(up: number, widest: number): Float64Array[] {
  const length = TAPS_PER_PHASE * up;
  const centre = (length - 1) / 2;
  const cutoff = 0.94 / widest;
  return Array.from({ length: up }, (_, phase) => {
    const taps = Float64Array.from({ length: TAPS_PER_PHASE }, (_unused, tap) => {
      const at = tap * up + phase;
      const x = (at - centre) * cutoff;
      const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
      const turn = (2 * Math.PI * (at + 0.5)) / length;
      return sinc * (0.42 - 0.5 * Math.cos(turn) + 0.08 * Math.cos(2 * turn));
    });
    const gain = taps.reduce((sum, tap) => sum + tap, 0);
    return taps.map((tap) => tap / gain);
  });
}

function saturate(value: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(value)));
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}
