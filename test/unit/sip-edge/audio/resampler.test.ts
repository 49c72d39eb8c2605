import { describe, expect, it } from 'vitest';
import { Resampler } from '../../../../sip-edge/audio/resampler.ts';

function tone(hz: number, rateHz: number, samples: number): Int16Array {
  return Int16Array.from({ length: samples }, (_, index) => 10_000 * Math.sin((2 * Math.PI * hz * index) / rateHz));
}

/** Amplitude of one frequency, after the filter has settled. */
function amplitude(samples: Int16Array, hz: number, rateHz: number): number {
  const settled = samples.slice(rateHz / 50);
  let real = 0;
  let imaginary = 0;
  for (const [index, sample] of settled.entries()) {
    real += sample * Math.cos((2 * Math.PI * hz * index) / rateHz);
    imaginary += sample * Math.sin((2 * Math.PI * hz * index) / rateHz);
  }
  return (2 * Math.hypot(real, imaginary)) / settled.length;
}

function convertInFrames(from: number, to: number, input: Int16Array): Int16Array {
  const resampler = new Resampler(from, to);
  const output: number[] = [];
  for (let at = 0; at < input.length; at += from / 50)
    output.push(...resampler.convert(input.subarray(at, at + from / 50)));
  return Int16Array.from(output);
}

describe('audio changed in rate', () => {
  it.each([
    [16_000, 24_000],
    [24_000, 16_000],
  ])('keeps a tone and its length (%s to %s Hz)', (from, to) => {
    const output = convertInFrames(from, to, tone(1000, from, from));
    expect(output).toHaveLength(to);
    expect(amplitude(output, 1000, to)).toBeGreaterThan(9_800);
    expect(amplitude(output, 1000, to)).toBeLessThan(10_200);
  });

  it('does not fold what the lower rate cannot carry', () => {
    const output = convertInFrames(24_000, 16_000, tone(11_000, 24_000, 24_000));
    expect(amplitude(output, 5_000, 16_000)).toBeLessThan(100);
  });

  it('is the same however it is cut', () => {
    const input = tone(700, 24_000, 4_800);
    const whole = new Resampler(24_000, 16_000).convert(input);
    const resampler = new Resampler(24_000, 16_000);
    const parts = [resampler.convert(input.subarray(0, 1_001)), resampler.convert(input.subarray(1_001))];
    expect([...parts.flatMap((part) => [...part])]).toEqual([...whole]);
  });
});
