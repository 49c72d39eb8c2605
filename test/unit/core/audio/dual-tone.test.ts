import { describe, expect, it } from 'vitest';
import { isKeypadTone } from '#core/audio/dual-tone';
import { halfRate } from '#core/audio/half-rate';
import { keypadTones } from '../../../support/line-sounds/keypad-tones.ts';
import { activeLevelDbfs } from '../../../support/line-sounds/levels.ts';
import { say } from '../../../support/line-sounds/speech.ts';
import { throughTelephone } from '../../../support/line-sounds/telephone-line.ts';
import { levelDbfs } from '#core/audio/level';

const ROWS_HZ = [697, 770, 852, 941];
const COLUMNS_HZ = [1209, 1336, 1477, 1633];
const KEYS = ROWS_HZ.flatMap((row) => COLUMNS_HZ.map((column) => [row, column] as const));

const tones = (hertz: readonly number[], amplitude = 5_000): Float64Array =>
  Float64Array.from({ length: 160 }, (_, n) =>
    hertz.reduce((sum, hz, index) => sum + amplitude * Math.sin((2 * Math.PI * hz * n) / 8_000 + index), 0),
  );

describe('a key of the keypad', () => {
  it.each(KEYS)('is known by its two tones: %i and %i Hz', (row, column) => {
    expect(isKeypadTone(tones([row, column]))).toBe(true);
    expect(isKeypadTone(tones([row * 1.015, column * 0.985]))).toBe(true);
  });

  it.each([
    ['one tone alone', [941]],
    ['a dial tone', [350, 440]],
    ['a busy tone', [480, 620]],
    ['two tones of one row', [697, 770]],
    ['a key and a third tone', [697, 1209, 440]],
  ])('is not %s', (_, hertz) => {
    expect(isKeypadTone(tones(hertz))).toBe(false);
  });

  it('is not silence', () => {
    expect(isKeypadTone(new Float64Array(160))).toBe(false);
  });

  it('is known over a telephone line', () => {
    const known = sounding(throughTelephone(keypadTones({ seconds: 20, levelDbfs: -15, seed: 3 }))).filter(
      isKeypadTone,
    );
    // What is missing are frames in which a key is pressed or let go.
    expect(known.length).toBeGreaterThan(250);
  });

  it('is in nobody’s words', () => {
    for (const voice of ['slt', 'rms', 'awb', 'kal16'] as const) {
      const words = say('You may leave the whole room to me, I shall move the blue moon.', voice);
      expect(sounding(throughTelephone(words)).filter(isKeypadTone).length).toBeLessThan(3);
    }
  });
});

/** Frames at 8 kHz in which there is something. */
function sounding(pcm: Int16Array): Float64Array[] {
  const halve = halfRate();
  const least = activeLevelDbfs(pcm) - 10;
  const frames: Float64Array[] = [];
  for (let at = 0; at + 320 <= pcm.length; at += 320) {
    const frame = pcm.subarray(at, at + 320);
    const half = halve(frame)?.slice();
    if (half !== undefined && levelDbfs(frame) > least) frames.push(half);
  }
  return frames;
}
