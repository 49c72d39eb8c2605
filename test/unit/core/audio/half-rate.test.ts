import { describe, expect, it } from 'vitest';
import { halfRate } from '#core/audio/half-rate';
import { meanSquare } from '#core/audio/level';
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
    power = half === undefined ? 0 : meanSquare(half);
  }
  return Math.sqrt(power);
}

describe('half the rate', () => {
  it.each([300, 1_000, 2_500, 3_000])('keeps what a telephone carries: %i Hz', (hz) => {
    expect(passed(hz)).toBeGreaterThan(9_500);
    expect(passed(hz)).toBeLessThan(10_500);
  });

  it('tells silence, which costs nothing behind it', () => {
    const halve = halfRate();
    const frame = (value: number): Int16Array => new Int16Array(SAMPLES_PER_FRAME).fill(value);
    expect(halve(frame(0))).toBeUndefined();
    expect(halve(frame(3))).toBeUndefined();
    expect(halve(frame(900))).toBeDefined();
    // The filter still holds the end of what sounded.
    expect(halve(frame(0))?.[0]).not.toBe(0);
    expect(halve(frame(0))).toBeUndefined();
  });

  it.each([5_500, 6_500, 7_900])('folds nothing down into it: %i Hz', (hz) => {
    expect(passed(hz)).toBeLessThan(500);
  });
});
