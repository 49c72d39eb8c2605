/**
 * Cepstral features of telephone speech, 50 vectors a second, computed as the audio comes.
 *
 * Only 200 to 3400 Hz is looked at: that is what G.711 leaves, so the phrase as synthesised and the phrase as heard look alike.
 * Level and line are taken out by running averages that see the past only; reference phrases go through the same ones from their
 * first frame on, so both are off by the same amount.
 */
export const FRAME_MS = 20;
const RATE_HZ = 16_000;
export const HOP_SAMPLES = (RATE_HZ * FRAME_MS) / 1000;
const WINDOW_SAMPLES = 512;
const LOW_HZ = 200;
const HIGH_HZ = 3400;
const BANDS = 20;
const CEPSTRA = 12;
/** Cepstra and, last, the level below the loudest frame so far. */
export const FEATURES = CEPSTRA + 1;

/** Band energy this far below the loudest one is not told from noise: line noise and quantisation sit there. */
const FLOOR_RATIO = 1e-3;
/** Frames of zero that the running mean is taken to have seen before the first: it must not follow the first sounds at once. */
const MEAN_PRIOR_FRAMES = 25;
const LEVEL_WEIGHT = 0.5;
const LEVEL_RANGE = 6;

export type FeatureVector = Float32Array;

/** Makes features of one stretch of speech; make a new one for the next. */
export class FeatureExtractor {
  readonly #window = new Float32Array(WINDOW_SAMPLES);
  readonly #real = new Float64Array(WINDOW_SAMPLES);
  readonly #imaginary = new Float64Array(WINDOW_SAMPLES);
  readonly #sum = new Float64Array(CEPSTRA);
  #frames = 0;
  #peakBand = 1;
  #peakLevel = 1;

  /** `hop`: the next 20 ms, `HOP_SAMPLES` long. */
  next(hop: Int16Array): FeatureVector {
    this.#window.copyWithin(0, HOP_SAMPLES);
    this.#window.set(hop, WINDOW_SAMPLES - HOP_SAMPLES);
    const bands = this.#bandEnergies();
    let level = 0;
    for (const band of bands) {
      level += band;
      if (band > this.#peakBand) this.#peakBand = band;
    }
    if (level > this.#peakLevel) this.#peakLevel = level;
    const floor = this.#peakBand * FLOOR_RATIO;
    const logs = bands.map((band) => Math.log(band + floor));
    const features = new Float32Array(FEATURES);
    for (let k = 0; k < CEPSTRA; k++) features[k] = this.#centred(k, cepstrum(logs, k));
    this.#frames++;
    const below = Math.max(-LEVEL_RANGE, Math.log((level + 1) / (this.#peakLevel + 1)));
    features[CEPSTRA] = below * LEVEL_WEIGHT;
    return features;
  }

  #centred(k: number, value: number): number {
    const sum = (this.#sum[k] ?? 0) + value;
    this.#sum[k] = sum;
    return value - sum / (this.#frames + 1 + MEAN_PRIOR_FRAMES);
  }

  #bandEnergies(): Float64Array {
    let previous = this.#window[0] ?? 0;
    for (let i = 0; i < WINDOW_SAMPLES; i++) {
      const sample = this.#window[i] ?? 0;
      this.#real[i] = (sample - 0.95 * previous) * (HAMMING[i] ?? 0);
      previous = sample;
    }
    this.#imaginary.fill(0);
    transform(this.#real, this.#imaginary);
    const energies = new Float64Array(BANDS);
    for (const { bin, band, weight } of FILTERS) {
      const re = this.#real[bin] ?? 0;
      const im = this.#imaginary[bin] ?? 0;
      energies[band] = (energies[band] ?? 0) + weight * (re * re + im * im);
    }
    return energies;
  }
}

const HAMMING = Float64Array.from(
  { length: WINDOW_SAMPLES },
  (_, i) => 0.54 - 0.46 * Math.cos((2 * Math.PI * i) / (WINDOW_SAMPLES - 1)),
);

const mel = (hz: number): number => 2595 * Math.log10(1 + hz / 700);
const hertz = (melValue: number): number => 700 * (10 ** (melValue / 2595) - 1);

/** Triangles on the mel scale, as the list of their non-zero weights. */
const FILTERS: readonly { readonly bin: number; readonly band: number; readonly weight: number }[] = (() => {
  const step = (mel(HIGH_HZ) - mel(LOW_HZ)) / (BANDS + 1);
  const edge = (i: number): number => hertz(mel(LOW_HZ) + i * step);
  const bins = Array.from({ length: WINDOW_SAMPLES / 2 }, (_, bin) => bin);
  return Array.from({ length: BANDS }, (_, band) => band).flatMap((band) => {
    const [low, centre, high] = [edge(band), edge(band + 1), edge(band + 2)];
    return bins.flatMap((bin) => {
      const hz = (bin * RATE_HZ) / WINDOW_SAMPLES;
      const weight = hz < centre ? (hz - low) / (centre - low) : (high - hz) / (high - centre);
      return weight > 0 ? [{ bin, band, weight }] : [];
    });
  });
})();

const COSINES: readonly Float64Array[] = Array.from({ length: CEPSTRA }, (_, k) =>
  Float64Array.from({ length: BANDS }, (__, band) => Math.cos((Math.PI * (k + 1) * (band + 0.5)) / BANDS)),
);

function cepstrum(logs: Float64Array, k: number): number {
  const cosines = COSINES[k];
  let sum = 0;
  for (let band = 0; band < BANDS; band++) sum += (logs[band] ?? 0) * (cosines?.[band] ?? 0);
  return sum / Math.sqrt(BANDS / 2);
}

const TURN_COS = Float64Array.from({ length: WINDOW_SAMPLES / 2 }, (_, i) =>
  Math.cos((-2 * Math.PI * i) / WINDOW_SAMPLES),
);
const TURN_SIN = Float64Array.from({ length: WINDOW_SAMPLES / 2 }, (_, i) =>
  Math.sin((-2 * Math.PI * i) / WINDOW_SAMPLES),
);

/** Fourier transform in place, radix 2; the length is `WINDOW_SAMPLES`. */
function transform(re: Float64Array, im: Float64Array): void {
  for (let i = 1, j = 0; i < WINDOW_SAMPLES; i++) {
    let bit = WINDOW_SAMPLES >> 1;
    for (; (j & bit) !== 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      const kept = re[i] ?? 0;
      re[i] = re[j] ?? 0;
      re[j] = kept;
    }
  }
  for (let size = 2; size <= WINDOW_SAMPLES; size <<= 1) {
    const half = size >> 1;
    const stride = WINDOW_SAMPLES / size;
    for (let start = 0; start < WINDOW_SAMPLES; start += size) {
      for (let k = 0; k < half; k++) {
        const cos = TURN_COS[k * stride] ?? 0;
        const sin = TURN_SIN[k * stride] ?? 0;
        const a = start + k;
        const b = a + half;
        const reB = (re[b] ?? 0) * cos - (im[b] ?? 0) * sin;
        const imB = (re[b] ?? 0) * sin + (im[b] ?? 0) * cos;
        re[b] = (re[a] ?? 0) - reB;
        im[b] = (im[a] ?? 0) - imB;
        re[a] = (re[a] ?? 0) + reB;
        im[a] = (im[a] ?? 0) + imB;
      }
    }
  }
}
