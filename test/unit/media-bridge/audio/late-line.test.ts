import { describe, expect, it } from 'vitest';
import { fvadDetectors } from '../../../../media-bridge/audio/voice-detector.ts';
import { ECHO_COLOURS, echoOf } from '../../../support/line-sounds/echo.ts';
import { heldOnLateLine, type LateLine } from '../../../support/line-sounds/late-line.ts';
import { atLevel } from '../../../support/line-sounds/levels.ts';
import { say, talk } from '../../../support/line-sounds/speech.ts';
import { throughTelephone } from '../../../support/line-sounds/telephone-line.ts';

const detectors = await fvadDetectors();
const agent = talk({ seconds: 8, levelDbfs: -20, seed: 11, voice: 'awb' });
const HALF_FRAME_MS = 10;
const SPOKEN_AT_MS = 6_000;

function lateLine(levelDb: number, delayFrames: number, stallsPerSecond: number): LateLine {
  const colour = ECHO_COLOURS[delayFrames % ECHO_COLOURS.length] ?? [1];
  const echo = echoOf(agent, { levelDb, delayMs: HALF_FRAME_MS, colour });
  return { seconds: 20, seed: delayFrames, agent, echo, delayFrames, stallsPerSecond };
}

function heldMs(line: LateLine): number[] {
  const detector = detectors();
  const held = heldOnLateLine(detector, line);
  detector.close();
  return held;
}

describe('on a line where audio comes late and in bursts', () => {
  it.each([
    [-6, 2],
    [-6, 6],
    [-12, 10],
    [-12, 19],
    [-18, 6],
    [-24, 14],
  ])('the agent’s echo of %i dB, %i frames late, does not interrupt it', (levelDb, delayFrames) => {
    expect(heldMs(lateLine(levelDb, delayFrames, 0.5))).toEqual([]);
    expect(heldMs(lateLine(levelDb, delayFrames, 4))).toEqual([]);
  });

  it.each([
    [-6, 2],
    [-12, 10],
    [-18, 19],
  ])('a caller interrupts over an echo of %i dB, %i frames late', (levelDb, delayFrames) => {
    const pcm = atLevel(throughTelephone(say('No, that is not what I meant.', 'rms')), -20);
    const held = heldMs({ ...lateLine(levelDb, delayFrames, 4), caller: { pcm, atMs: SPOKEN_AT_MS } });
    expect(held[0]).toBeGreaterThan(SPOKEN_AT_MS);
    expect(held[0]).toBeLessThan(SPOKEN_AT_MS + 450);
  });

  it('a caller’s vowel over an echo as loud is no echo that has moved by some of its waves', () => {
    const words = atLevel(throughTelephone(say('Charged twice?', 'kal16')), -26);
    const pcm = words.subarray(words.findIndex((sample) => Math.abs(sample) > 150));
    const echo = echoOf(agent, { levelDb: -6, delayMs: HALF_FRAME_MS, colour: ECHO_COLOURS[0] ?? [1] });
    const held = heldMs({ ...lateLine(-6, 6, 0), seed: 135, echo, caller: { pcm, atMs: 5_080 } });
    expect(held[0]).toBeGreaterThan(5_080);
    expect(held[0]).toBeLessThan(5_080 + 300);
  });
});
