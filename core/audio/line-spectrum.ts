import { realFourier } from './fourier.ts';
import { HALF_RATE_FRAME, HALF_RATE_HZ } from './half-rate.ts';

/** What one frame sounds like, from the 64 ms that end with it. Overwritten by the next frame. */
export interface SoundShape {
  /** Share of the spectrum's lines that stand where they stood 20 ms ago, as loud among the others: 1 for a chord held, little for a voice, whose pitch moves. */
  readonly steadiness: number;
  /** How many such lines there are. */
  readonly steadyLines: number;
  /** How well the sound repeats itself at the pitch of a voice: 1 for a vowel, near 0 for noise. */
  readonly periodicity: number;
  /** Where the middle of the energy is. */
  readonly brightnessHz: number;
}

export interface LineSpectrum {
  /** 20 ms at 8 kHz, undefined for silence. Its shape, unless it is not worth looking at. */
  push(samples: Float64Array | undefined, look: 'look' | 'pass-over'): SoundShape | undefined;
}

const SIZE = 512;
const BINS = SIZE / 2;
const LOWEST_BIN = bin(200);
/** The lines of a voice move the more the higher they are, those of drums and hiss come and go: the middle tells most. */
const HIGHEST_LINE_BIN = bin(2_200);
const HIGHEST_BIN = bin(3_400);
/** Of all energy; what is less is noise or a side lobe. */
const LINE_MIN_SHARE = 0.001;
const LINES_MAX = 40;
/** In bins of 16 Hz. */
const SAME_LINE_BINS = 0.15;
const SAME_LOUDNESS = 4;
/** In samples at 8 kHz: the pitch of voices, 70 to 400 Hz. */
const PITCH_SHORTEST = 20;
const PITCH_LONGEST = 114;

const fourier = realFourier(SIZE);
/** Scratch space of one frame, which all calls share. */
const windowed = new Float64Array(SIZE);
const re = new Float64Array(BINS + 1);
const im = new Float64Array(BINS + 1);
const power = new Float64Array(BINS + 1);
const autocorrelation = new Float64Array(PITCH_LONGEST + 2);
const noPhase = new Float64Array(BINS + 1);
const WINDOW = Float64Array.from({ length: SIZE }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (n + 0.5)) / SIZE));
/** The window's own autocorrelation, which is taken out of the sound's: what to multiply by. */
const WITHOUT_WINDOW = Float64Array.from({ length: PITCH_LONGEST + 1 }, (_, lag) => {
  let [own, shifted] = [0, 0];
  for (let n = 0; n < SIZE; n += 1) {
    own += (WINDOW[n] ?? 0) ** 2;
    shifted += (WINDOW[n] ?? 0) * (WINDOW[n + lag] ?? 0);
  }
  return own / shifted;
});

function bin(hz: number): number {
  return Math.round((hz * SIZE) / HALF_RATE_HZ);
}

interface Lines {
  count: number;
  inBand: number;
  readonly at: Float64Array;
  readonly energy: Float64Array;
}

const noLines = (): Lines => ({
  count: 0,
  inBand: 0,
  at: new Float64Array(LINES_MAX),
  energy: new Float64Array(LINES_MAX),
});

/** Follows the lines of a sound's spectrum from frame to frame. */
export function lineSpectrum(): LineSpectrum {
  const recent = new Float64Array(SIZE);
  let now = noLines();
  let then = noLines();
  /** Written anew for each frame rather than made anew: fifty a second for every call. */
  const shape = { steadiness: 0, steadyLines: 0, periodicity: 0, brightnessHz: 0 };
  return {
    push(samples, look) {
      recent.copyWithin(0, HALF_RATE_FRAME);
      if (samples === undefined) recent.fill(0, SIZE - HALF_RATE_FRAME);
      else recent.set(samples, SIZE - HALF_RATE_FRAME);
      const before = now;
      now = then;
      then = before;
      now.count = 0;
      if (look === 'pass-over') return undefined;
      for (let n = 0; n < SIZE; n += 1) windowed[n] = (recent[n] ?? 0) * (WINDOW[n] ?? 0);
      fourier.forward(windowed, re, im);
      let all = 0;
      let inBand = 0;
      let moment = 0;
      for (let k = 0; k <= BINS; k += 1) {
        const x = re[k] ?? 0;
        const y = im[k] ?? 0;
        const value = x * x + y * y;
        power[k] = value;
        all += value;
        moment += k * value;
        if (k >= LOWEST_BIN && k <= HIGHEST_BIN) inBand += value;
      }
      now.inBand = inBand;
      findLines(power, inBand, now);
      compare(now, then, shape);
      shape.brightnessHz = (moment / Math.max(all, 1e-9)) * (HALF_RATE_HZ / SIZE);
      // The rumble below a telephone's band is like itself at any lag.
      power.fill(0, 0, LOWEST_BIN);
      fourier.inverse(power, noPhase, autocorrelation);
      shape.periodicity = periodicity();
      return shape;
    },
  };
}

function findLines(power: Float64Array, inBand: number, lines: Lines): void {
  const least = inBand * LINE_MIN_SHARE;
  for (let k = LOWEST_BIN; k <= HIGHEST_LINE_BIN && lines.count < LINES_MAX; k += 1) {
    const here = power[k] ?? 0;
    const left = power[k - 1] ?? 0;
    const right = power[k + 1] ?? 0;
    if (here <= least || here <= left || here < right) continue;
    // A parabola through the logarithms finds the line between the bins.
    const a = (left + 1e-9) / here;
    const b = (right + 1e-9) / here;
    lines.at[lines.count] = k + (0.5 * Math.log(a / b)) / Math.log(a * b);
    lines.energy[lines.count] = left + here + right;
    lines.count += 1;
  }
}

/** Lines weigh by the fourth root of their energy, so that a loud one does not speak for all. */
function compare(now: Lines, then: Lines, into: { steadiness: number; steadyLines: number }): void {
  let steady = 0;
  let all = 0;
  let steadyLines = 0;
  // A chord that swells as a whole is as steady as one that does not.
  const swell = now.inBand / Math.max(then.inBand, 1e-9);
  for (let line = 0, other = 0; line < now.count; line += 1) {
    const at = now.at[line] ?? 0;
    const energy = now.energy[line] ?? 0;
    const weight = Math.sqrt(Math.sqrt(energy));
    all += weight;
    while (other < then.count && (then.at[other] ?? 0) < at - SAME_LINE_BINS) other += 1;
    const change = energy / Math.max(swell * (then.energy[other] ?? 0), 1e-9);
    const same = other < then.count && (then.at[other] ?? 0) < at + SAME_LINE_BINS;
    if (!same || change > SAME_LOUDNESS || change < 1 / SAME_LOUDNESS) continue;
    steady += weight;
    steadyLines += 1;
  }
  into.steadiness = all === 0 ? 0 : steady / all;
  into.steadyLines = steadyLines;
}

function periodicity(): number {
  const own = autocorrelation[0] ?? 0;
  if (own <= 0) return 0;
  let best = 0;
  let before = (autocorrelation[PITCH_SHORTEST - 1] ?? 0) * (WITHOUT_WINDOW[PITCH_SHORTEST - 1] ?? 1);
  let rising = false;
  for (let lag = PITCH_SHORTEST; lag <= PITCH_LONGEST; lag += 1) {
    const here = (autocorrelation[lag] ?? 0) * (WITHOUT_WINDOW[lag] ?? 1);
    // A rumble is like itself at all short lags; a pitch is a summit.
    if (here < before && rising && before > best) best = before;
    rising = here > before;
    before = here;
  }
  return Math.min(1, best / own);
}
