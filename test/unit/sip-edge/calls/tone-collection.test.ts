import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterTimeout,
  afterTone,
  nothingCollected,
  type Collection,
} from '../../../../sip-edge/calls/tone-collection.ts';
import { toneName, toneOf } from '../../../../sip-edge/calls/tones.ts';
import type { Tone } from '../../../../sip-edge/leg.ts';

const tones: Tone[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D'];

describe('collected keys', () => {
  it('are never more than asked for, and hold no stop tone', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...tones)),
        fc.integer({ min: 1, max: 5 }),
        fc.uniqueArray(fc.constantFrom(...tones), { maxLength: 2 }),
        (pressed, maxTones, stopTones) => {
          const rules = { maxTones, stopTones };
          const end = pressed.reduce<Collection>((before, tone) => afterTone(before, tone, rules), nothingCollected);
          if (end.kind === 'silent') throw new Error('Keys are not silence');
          expect(end.tones.length).toBeLessThanOrEqual(maxTones);
          expect(end.tones.some((tone) => stopTones.includes(tone))).toBe(false);
          expect(pressed.slice(0, end.tones.length)).toEqual(end.tones);
        },
      ),
    );
  });

  it('are complete after a pause, and there is silence when there were none', () => {
    const one = afterTone(nothingCollected, '1', { maxTones: 4, stopTones: [] });
    expect(afterTimeout(one)).toMatchObject({ kind: 'complete', tones: ['1'], result: { subCode: 8532 } });
    expect(afterTimeout(nothingCollected)).toEqual({ kind: 'silent' });
  });

  it('are named as the service names them, and read back in any case', () => {
    for (const tone of tones) expect(toneOf(toneName(tone).toUpperCase())).toBe(tone);
    expect(toneOf('star')).toBeUndefined();
  });
});
