import type { MonoAudio } from './wav.ts';

/** The telephone's rate. */
export const TELEPHONE_RATE_HZ = 8_000;
/** 20 ms at 8 kHz. */
export const FRAME_SAMPLES = 160;
export const FRAME_MS = 20;

/** Half the number of filter taps: enough that nothing above 4 kHz folds back audibly. */
const FILTER_REACH = 24;

/** Any rate down (or up) to the telephone's: a windowed sinc evaluated at each output sample. */
export function toTelephoneRate({ sampleRateHz, samples }: MonoAudio): Int16Array {
  if (sampleRateHz === TELEPHONE_RATE_HZ) return samples;
  const step = sampleRateHz / TELEPHONE_RATE_HZ;
  const cutoff = Math.min(1, 1 / step) * 0.92;
  const reach = Math.ceil(FILTER_REACH * Math.max(1, step));
  const out = new Int16Array(Math.floor(samples.length / step));
  for (let index = 0; index < out.length; index += 1) {
    const centre = index * step;
    let sum = 0;
    for (let tap = Math.ceil(centre - reach); tap <= centre + reach; tap += 1) {
      const sample = samples[tap];
      if (sample !== undefined) sum += sample * cutoff * sinc((tap - centre) * cutoff) * hann((tap - centre) / reach);
    }
    out[index] = Math.max(-32_768, Math.min(32_767, Math.round(sum)));
  }
  return out;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function hann(x: number): number {
  return 0.5 + 0.5 * Math.cos(Math.PI * x);
}
