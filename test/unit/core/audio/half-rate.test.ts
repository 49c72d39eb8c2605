import { describe, expect, it } from 'vitest';
import { halfRate } from '#core/audio/half-rate';
import { SAMPLE_RATE_HZ, SAMPLES_PER_FRAME } from '#core/audio/pcm';

/** Root mean square of what is left of a sine with 10,000 as its own. */
function passed(hz: number): number {
  const halve = halfRate();
  let power = 0;
  for (let frame = 0; frame < 10; frame += 1) {
    const half = halve(
      Int16Array.from({ length: SAMPLES_PER_FRAME }, (_, n) =>
        Math.round(
          10_000 * Math.SQRT2 * Math.sin((2 * Math.PI * hz * (frame * SAMPLES_PER_FRAME + n)) / SAMPLE_RATE_HZ),
        ),
      ),
    );
    power = half.reduce((sum, sample) => sum + sample * sample, 0) / half.length;
  }
  return Math.sqrt(power);
}

describe('half the rate', () => {
  it.each([300, 1_000, 2_500, 3_000])('keeps what a telephone carries: %i Hz', (hz) => {
    expect(passed(hz)).toBeGreaterThan(9_500);
    expect(passed(hz)).toBeLessThan(10_500);
  });

  it.each([5_500, 6_500, 7_900])('folds nothing down into it: %i Hz', (hz) => {
    expect(passed(hz)).toBeLessThan(500);
  });
});
