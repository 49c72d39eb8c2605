export interface RealFourier {
  readonly size: number;
  /** The spectrum of `size` real samples: `size / 2 + 1` values each, from 0 Hz to half the sampling rate. */
  forward(samples: Float64Array, real: Float64Array, imaginary: Float64Array): void;
  /** Back to samples; the spectrum is not kept. */
  inverse(real: Float64Array, imaginary: Float64Array, samples: Float64Array): void;
}

/** Fast Fourier transform of real samples, as a complex one of half the size (size: a power of two, 8 at least). Its tables serve any number of streams. */
export function realFourier(size: number): RealFourier {
  const half = size / 2;
  const [re, im] = [new Float64Array(half), new Float64Array(half)];
  const cosines = Float64Array.from({ length: half }, (_, k) => Math.cos((2 * Math.PI * k) / size));
  const sines = Float64Array.from({ length: half }, (_, k) => Math.sin((2 * Math.PI * k) / size));
  const swapped = bitReversed(half);

  /** In place on `re` and `im`, which hold their values in bit-reversed order. */
  function butterflies(): void {
    for (let span = 1; span < half; span *= 2) {
      const step = half / span;
      for (let k = 0; k < span; k += 1) {
        const c = cosines[k * step] ?? 0;
        const s = -(sines[k * step] ?? 0);
        for (let a = k; a < half; a += 2 * span) {
          const b = a + span;
          const reB = re[b] ?? 0;
          const imB = im[b] ?? 0;
          const x = reB * c - imB * s;
          const y = reB * s + imB * c;
          const reA = re[a] ?? 0;
          const imA = im[a] ?? 0;
          re[b] = reA - x;
          im[b] = imA - y;
          re[a] = reA + x;
          im[a] = imA + y;
        }
      }
    }
  }

  return {
    size,
    forward(samples, real, imaginary) {
      for (let n = 0; n < half; n += 1) {
        const to = swapped[n] ?? 0;
        re[to] = samples[2 * n] ?? 0;
        im[to] = samples[2 * n + 1] ?? 0;
      }
      butterflies();
      for (let k = 0; k <= half; k += 1) {
        const a = k & (half - 1);
        const b = (half - k) & (half - 1);
        const reA = re[a] ?? 0;
        const reB = re[b] ?? 0;
        const imA = im[a] ?? 0;
        const imB = im[b] ?? 0;
        const oddRe = imA + imB;
        const oddIm = reB - reA;
        const c = k === half ? -1 : (cosines[k] ?? 0);
        const s = k === half ? 0 : (sines[k] ?? 0);
        real[k] = (reA + reB + oddRe * c + oddIm * s) / 2;
        imaginary[k] = (imA - imB + oddIm * c - oddRe * s) / 2;
      }
    },
    inverse(real, imaginary, samples) {
      for (let k = 0; k < half; k += 1) {
        const reA = real[k] ?? 0;
        const imA = imaginary[k] ?? 0;
        const reB = real[half - k] ?? 0;
        const imB = -(imaginary[half - k] ?? 0);
        const c = cosines[k] ?? 0;
        const s = sines[k] ?? 0;
        const oddRe = (reA - reB) * c - (imA - imB) * s;
        const oddIm = (reA - reB) * s + (imA - imB) * c;
        const to = swapped[k] ?? 0;
        // Conjugated, so that the forward butterflies go back.
        re[to] = (reA + reB - oddIm) / 2;
        im[to] = -(imA + imB + oddRe) / 2;
      }
      butterflies();
      for (let n = 0; n < half; n += 1) {
        samples[2 * n] = (re[n] ?? 0) / half;
        samples[2 * n + 1] = -(im[n] ?? 0) / half;
      }
    },
  };
}

function bitReversed(length: number): Uint16Array {
  const bits = Math.log2(length);
  return Uint16Array.from({ length }, (_, index) => {
    let reversed = 0;
    for (let bit = 0; bit < bits; bit += 1) reversed |= ((index >> bit) & 1) << (bits - 1 - bit);
    return reversed;
  });
}
