/**
 * 8 kHz <-> 16 kHz by one half-band low-pass (windowed sinc, Kaiser): flat to 3.4 kHz, 60 dB down from 4.6 kHz on. Every second
 * coefficient of a half-band filter is zero, so only one side of the polyphase pair costs anything.
 */

/** Non-zero coefficients on one side of the centre; the whole filter has 4 * this - 1 taps and delays 29 samples at 16 kHz. */
const SIDE_TAPS = 15;
const KAISER_BETA = 6.2;

function bessel(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/** Coefficients at odd distances 1, 3, 5 ... from the centre; the centre itself is 0.5. */
const COEFFICIENTS = (() => {
  const half = 2 * SIDE_TAPS;
  const raw = Float64Array.from({ length: SIDE_TAPS }, (_, index) => {
    const distance = 2 * index + 1;
    const sinc = Math.sin((Math.PI * distance) / 2) / (Math.PI * distance);
    return (sinc * bessel(KAISER_BETA * Math.sqrt(1 - (distance / half) ** 2))) / bessel(KAISER_BETA);
  });
  // Both sides together give exactly half, so that a constant passes unchanged.
  const total = raw.reduce((sum, value) => sum + value, 0);
  return raw.map((value) => value / (4 * total));
})();

/** Streaming state: the newest `2 * SIDE_TAPS` samples of the phase that the filter works on. */
const HISTORY = 2 * SIDE_TAPS;

function clip(value: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(value)));
}

/** Sum over the taps around the gap between `centre` and `centre + 1`. */
function filterAt(samples: Float64Array, centre: number): number {
  let sum = 0;
  for (let tap = 0; tap < SIDE_TAPS; tap += 1) {
    sum += (COEFFICIENTS[tap] ?? 0) * ((samples[centre - tap] ?? 0) + (samples[centre + 1 + tap] ?? 0));
  }
  return sum;
}

/** 8 kHz in, twice as many samples at 16 kHz out. One per stream. */
export class Upsampler {
  #history = new Float64Array(HISTORY);

  process(input: Int16Array): Int16Array {
    const samples = new Float64Array(HISTORY + input.length);
    samples.set(this.#history);
    samples.set(input, HISTORY);
    const output = new Int16Array(input.length * 2);
    for (let index = 0; index < input.length; index += 1) {
      const centre = index + SIDE_TAPS;
      output[2 * index] = samples[centre] ?? 0;
      output[2 * index + 1] = clip(2 * filterAt(samples, centre));
    }
    this.#history = samples.slice(input.length);
    return output;
  }
}

/** 16 kHz in (an even number of samples), half as many at 8 kHz out. One per stream. */
export class Downsampler {
  #even = new Float64Array(HISTORY);
  #odd = new Float64Array(HISTORY);

  process(input: Int16Array): Int16Array {
    const length = input.length >> 1;
    const even = new Float64Array(HISTORY + length);
    const odd = new Float64Array(HISTORY + length);
    even.set(this.#even);
    odd.set(this.#odd);
    for (let index = 0; index < length; index += 1) {
      even[HISTORY + index] = input[2 * index] ?? 0;
      odd[HISTORY + index] = input[2 * index + 1] ?? 0;
    }
    const output = new Int16Array(length);
    for (let index = 0; index < length; index += 1) {
      const centre = index + SIDE_TAPS;
      // The odd samples around an even one stand half a step to each side of it.
      output[index] = clip((even[centre] ?? 0) / 2 + filterAt(odd, centre - 1));
    }
    this.#even = even.slice(length);
    this.#odd = odd.slice(length);
    return output;
  }
}
