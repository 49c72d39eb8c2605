export interface RealFourier {
  readonly size: number;
  /** The spectrum of `size` real samples: `size / 2 + 1` values each, from 0 Hz to half the sampling rate. */
  forward(samples: Float64Array, real: Float64Array, imaginary: Float64Array): void;
  /** Back to samples: as many as there is room for, an even number. */
  inverse(real: Float64Array, imaginary: Float64Array, samples: Float64Array): void;
}

/** Fast Fourier transform of real samples, as a complex one of half the size (size: a power of two, 8 at least). Its tables serve any number of streams. */
export function realFourier(size: number): RealFourier {
  const half = size / 2;
  const scale = 1 / half;
  const [re, im] = [new Float64Array(half), new Float64Array(half)];
  const cosines = Float64Array.from({ length: half }, (_, k) => Math.cos((2 * Math.PI * k) / size));
  const sines = Float64Array.from({ length: half }, (_, k) => Math.sin((2 * Math.PI * k) / size));
  const swapped = bitReversed(half);
  const isPowerOfFour = Math.log2(half) % 2 === 0;
  const stages = stagesFrom(isPowerOfFour ? 4 : 2, half);

  /** In place on `re` and `im`, which hold their values in bit-reversed order. */
  function butterflies(): void {
    if (isPowerOfFour) fours(re, im);
    else twos(re, im);
    for (const stage of stages) turnedFours(re, im, stage);
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
      real[0] = (re[0] ?? 0) + (im[0] ?? 0);
      real[half] = (re[0] ?? 0) - (im[0] ?? 0);
      imaginary[0] = 0;
      imaginary[half] = 0;
      for (let k = 1, mirrored = half - 1; k <= mirrored; k += 1, mirrored -= 1) {
        const reA = re[k] ?? 0;
        const imA = im[k] ?? 0;
        const reB = re[mirrored] ?? 0;
        const imB = im[mirrored] ?? 0;
        const c = cosines[k] ?? 0;
        const s = sines[k] ?? 0;
        const oddRe = ((imA + imB) * c + (reB - reA) * s) / 2;
        const oddIm = ((reB - reA) * c - (imA + imB) * s) / 2;
        const evenRe = (reA + reB) / 2;
        const evenIm = (imA - imB) / 2;
        real[k] = evenRe + oddRe;
        imaginary[k] = oddIm + evenIm;
        real[mirrored] = evenRe - oddRe;
        imaginary[mirrored] = oddIm - evenIm;
      }
    },
    inverse(real, imaginary, samples) {
      // Conjugated, so that the forward butterflies go back.
      re[0] = ((real[0] ?? 0) + (real[half] ?? 0)) / 2;
      im[0] = ((real[half] ?? 0) - (real[0] ?? 0)) / 2;
      for (let k = 1, mirrored = half - 1; k <= mirrored; k += 1, mirrored -= 1) {
        const reA = real[k] ?? 0;
        const imA = imaginary[k] ?? 0;
        const reB = real[mirrored] ?? 0;
        const imB = imaginary[mirrored] ?? 0;
        const c = cosines[k] ?? 0;
        const s = sines[k] ?? 0;
        const oddRe = (reA - reB) * c - (imA + imB) * s;
        const oddIm = (reA - reB) * s + (imA + imB) * c;
        const to = swapped[k] ?? 0;
        const mirroredTo = swapped[mirrored] ?? 0;
        re[to] = (reA + reB - oddIm) / 2;
        im[to] = (imB - imA - oddRe) / 2;
        re[mirroredTo] = (reA + reB + oddIm) / 2;
        im[mirroredTo] = (imA - imB - oddRe) / 2;
      }
      butterflies();
      const wanted = Math.min(size, samples.length);
      for (let n = 0; n < wanted; n += 2) {
        samples[n] = (re[n >> 1] ?? 0) * scale;
        samples[n + 1] = -(im[n >> 1] ?? 0) * scale;
      }
    },
  };
}

/** The first stage of a length that is twice a power of four: nothing is turned yet. */
function twos(re: Float64Array, im: Float64Array): void {
  for (let a = 0; a < re.length; a += 2) {
    const b = a + 1;
    const reB = re[b] ?? 0;
    const imB = im[b] ?? 0;
    re[b] = (re[a] ?? 0) - reB;
    im[b] = (im[a] ?? 0) - imB;
    re[a] = (re[a] ?? 0) + reB;
    im[a] = (im[a] ?? 0) + imB;
  }
}

/** The first stage of a length that is a power of four. */
function fours(re: Float64Array, im: Float64Array): void {
  for (let a = 0; a < re.length; a += 4) {
    const reA = re[a] ?? 0;
    const imA = im[a] ?? 0;
    const reB = re[a + 1] ?? 0;
    const imB = im[a + 1] ?? 0;
    const reC = re[a + 2] ?? 0;
    const imC = im[a + 2] ?? 0;
    const reD = re[a + 3] ?? 0;
    const imD = im[a + 3] ?? 0;
    re[a] = reA + reB + (reC + reD);
    im[a] = imA + imB + (imC + imD);
    re[a + 1] = reA - reB + (imC - imD);
    im[a + 1] = imA - imB - (reC - reD);
    re[a + 2] = reA + reB - (reC + reD);
    im[a + 2] = imA + imB - (imC + imD);
    re[a + 3] = reA - reB - (imC - imD);
    im[a + 3] = imA - imB + (reC - reD);
  }
}

/** Two stages of butterflies at once, four values each: half the reading and writing of two after another. */
interface Stage {
  /** How far apart the four values are. */
  readonly span: number;
  /** By how much the last three are turned before they meet: cosine and sine each. */
  readonly turns: Float64Array;
}

function stagesFrom(first: number, length: number): readonly Stage[] {
  const spans: number[] = [];
  for (let span = first; span < length; span *= 4) spans.push(span);
  return spans.map((span) => {
    // In bit-reversed order the second value is the one in the middle.
    const angles = Array.from({ length: span }, (_, k) =>
      [2, 1, 3].map((times) => (-2 * Math.PI * times * k) / (4 * span)),
    );
    return { span, turns: Float64Array.from(angles.flat().flatMap((angle) => [Math.cos(angle), Math.sin(angle)])) };
  });
}

function turnedFours(re: Float64Array, im: Float64Array, { span, turns }: Stage): void {
  const count = re.length >> 2;
  for (let n = 0; n < count; n += 1) {
    const k = n & (span - 1);
    const a = ((n - k) << 2) + k;
    const b = a + span;
    const c = b + span;
    const d = c + span;
    const turn = 6 * k;
    const cosB = turns[turn] ?? 0;
    const sinB = turns[turn + 1] ?? 0;
    const cosC = turns[turn + 2] ?? 0;
    const sinC = turns[turn + 3] ?? 0;
    const cosD = turns[turn + 4] ?? 0;
    const sinD = turns[turn + 5] ?? 0;
    const reA = re[a] ?? 0;
    const imA = im[a] ?? 0;
    const reB = re[b] ?? 0;
    const imB = im[b] ?? 0;
    const reC = re[c] ?? 0;
    const imC = im[c] ?? 0;
    const reD = re[d] ?? 0;
    const imD = im[d] ?? 0;
    const turnedReB = reB * cosB - imB * sinB;
    const turnedImB = reB * sinB + imB * cosB;
    const turnedReC = reC * cosC - imC * sinC;
    const turnedImC = reC * sinC + imC * cosC;
    const turnedReD = reD * cosD - imD * sinD;
    const turnedImD = reD * sinD + imD * cosD;
    const sumRe = reA + turnedReB;
    const sumIm = imA + turnedImB;
    const differenceRe = reA - turnedReB;
    const differenceIm = imA - turnedImB;
    const upperRe = turnedReC + turnedReD;
    const upperIm = turnedImC + turnedImD;
    const upperDifferenceRe = turnedReC - turnedReD;
    const upperDifferenceIm = turnedImC - turnedImD;
    re[a] = sumRe + upperRe;
    im[a] = sumIm + upperIm;
    re[b] = differenceRe + upperDifferenceIm;
    im[b] = differenceIm - upperDifferenceRe;
    re[c] = sumRe - upperRe;
    im[c] = sumIm - upperIm;
    re[d] = differenceRe - upperDifferenceIm;
    im[d] = differenceIm + upperDifferenceRe;
  }
}

function bitReversed(length: number): Uint16Array {
  const bits = Math.log2(length);
  return Uint16Array.from({ length }, (_, index) => {
    let reversed = 0;
    for (let bit = 0; bit < bits; bit += 1) reversed |= ((index >> bit) & 1) << (bits - 1 - bit);
    return reversed;
  });
}
