import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HALF_RATE_FRAME, halfRate } from '#core/audio/half-rate';
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

  it('sounds the same wherever in its frames a sound stands', () => {
    const frames = 4;
    const halved = (pcm: Int16Array): number[] => {
      const halve = halfRate();
      return Array.from({ length: frames }, (_, at) => [
        ...(halve(pcm.subarray(at * SAMPLES_PER_FRAME, (at + 1) * SAMPLES_PER_FRAME)) ??
          new Float64Array(HALF_RATE_FRAME)),
      ]).flat();
    };
    const at = (place: number, sound: Int16Array): Int16Array => {
      const pcm = new Int16Array(frames * SAMPLES_PER_FRAME);
      pcm.set(sound, place);
      return pcm;
    };
    // None so soft that a frame with nothing else in it is silence.
    const samples = fc.integer({ min: -32_768, max: 32_767 }).map((sample) => (Math.abs(sample) < 50 ? 50 : sample));
    const sounds = fc.array(samples, { minLength: 1, maxLength: 400, size: 'max' }).map((all) => Int16Array.from(all));
    fc.assert(
      fc.property(sounds, fc.integer({ min: 1, max: 250 }), (sound, later) => {
        const [one, other] = [halved(at(100, sound)), halved(at(100 + 2 * later, sound))];
        expect(other.slice(later)).toEqual(one.slice(0, one.length - later));
      }),
    );
  });
});
