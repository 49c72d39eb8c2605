import { HALF_RATE_HZ } from './half-rate.ts';

/** ITU-T Q.23; keypads are off by up to 1.8 % (Q.24), and 20 ms do not tell the last hertz. */
const ROWS_HZ = [697, 770, 852, 941];
const COLUMNS_HZ = [1209, 1336, 1477, 1633];
const TOLERANCE = 0.025;
/** What may be left of the frame when two tones are taken out of it: noise of the line and of its codec. */
const REST_MAX = 0.02;

/**
 * Whether 20 ms at 8 kHz are a key of the keypad. Two tones, and nothing else, obey x[n] + x[n-4] = a (x[n-1] + x[n-3]) + b x[n-2]; a and b, by least
 * squares, tell the frequencies.
 */
export function isKeypadTone(samples: Float64Array): boolean {
  let uu = 0;
  let uv = 0;
  let vv = 0;
  let uw = 0;
  let vw = 0;
  let ww = 0;
  for (let at = 4; at < samples.length; at += 1) {
    const u = (samples[at - 1] ?? 0) + (samples[at - 3] ?? 0);
    const v = samples[at - 2] ?? 0;
    const w = (samples[at] ?? 0) + (samples[at - 4] ?? 0);
    uu += u * u;
    uv += u * v;
    vv += v * v;
    uw += u * w;
    vw += v * w;
    ww += w * w;
  }
  const determinant = uu * vv - uv * uv;
  if (!(determinant > 1e-9 * uu * vv)) return false;
  const a = (uw * vv - vw * uv) / determinant;
  const b = (vw * uu - uw * uv) / determinant;
  const rest = ww - a * uw - b * vw;
  if (rest > REST_MAX * (vv + ww)) return false;
  // With c = 2 cos(w): c^2 - a c - (b + 2) = 0 for both frequencies.
  const root = Math.sqrt(Math.max(0, a * a + 4 * (b + 2)));
  return isNear(hertz((a + root) / 2), ROWS_HZ) && isNear(hertz((a - root) / 2), COLUMNS_HZ);
}

function hertz(twiceCosine: number): number {
  return (Math.acos(Math.max(-1, Math.min(1, twiceCosine / 2))) * HALF_RATE_HZ) / (2 * Math.PI);
}

function isNear(hz: number, ones: readonly number[]): boolean {
  return ones.some((one) => Math.abs(hz - one) <= TOLERANCE * one);
}
