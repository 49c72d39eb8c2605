import { describe, expect, it } from 'vitest';
import { echoGuard, type EchoGuard } from '#core/audio/echo-guard';
import { SAMPLES_PER_FRAME } from '#core/audio/pcm';
import { HALF_RATE_FRAME, halfRate } from '#core/audio/half-rate';
import { ECHO_COLOURS, echoOf } from '../../../support/line-sounds/echo.ts';
import { seededRandom } from '../../../support/line-sounds/seeded-random.ts';
import { talk } from '../../../support/line-sounds/speech.ts';

const agent = talk({ seconds: 6, levelDbfs: -18, seed: 2, voice: 'slt', pauseMax: 0.1 });
const caller = talk({ seconds: 6, levelDbfs: -20, seed: 5, voice: 'rms', pauseMax: 0.1 });

/** Of 160 samples at -45 dBFS. */
const LOUD = HALF_RATE_FRAME * (32_768 * 10 ** (-45 / 20)) ** 2;

function frames(pcm: Int16Array): (Float64Array | undefined)[] {
  const halve = halfRate();
  return Array.from({ length: Math.floor(pcm.length / 320) }, (_, at) =>
    halve(pcm.subarray(at * 320, at * 320 + 320))?.slice(),
  );
}

const powerOf = (samples: Float64Array | undefined): number =>
  samples?.reduce((sum, sample) => sum + sample ** 2, 0) ?? 0;

/** How much softer the line is behind the guard than before it, in dB, from the third second on. `aheadBy` tells how far the beat is ahead. */
function takenAwayDb(line: Int16Array, aheadBy: (frame: number) => number = () => 0): number {
  const guard = echoGuard();
  const voice = frames(agent);
  let played = 0;
  let [before, after] = [0, 0];
  frames(line).forEach((heard, at) => {
    for (; played <= at + aheadBy(at); played += 1) guard.played(voice[played]);
    const [full, left] = [powerOf(heard), powerOf(guard.subtract(heard))];
    if (at > 150) [before, after] = [before + full, after + left];
    settle(guard, guard.echoPower > 0 && left < full / 4);
  });
  return 10 * Math.log10(before / after);
}

/** Frames as loud as a voice that are taken for somebody else, from the third second on. */
function unexplainedFrames(line: Int16Array): number {
  const guard = echoGuard();
  const voice = frames(agent);
  return frames(line).filter((heard, at) => {
    guard.played(voice[at]);
    const left = powerOf(guard.subtract(heard));
    const isEcho = guard.echoPower > 0 && left < powerOf(heard) / 4;
    if (isEcho) guard.learn();
    return !isEcho && powerOf(heard) > LOUD && !guard.explains() && at > 150;
  }).length;
}

function settle(guard: EchoGuard, isEcho: boolean): void {
  if (isEcho) guard.learn();
  else guard.explains();
}

describe('the agent’s echo', () => {
  it.each([50, 170, 290, 400])('is found and taken away when it is %i ms late', (delayMs) => {
    expect(takenAwayDb(echoOf(agent, { levelDb: -10, delayMs }))).toBeGreaterThan(15);
  });

  it('is taken away when it comes back upside down', () => {
    const upright = echoOf(agent, { levelDb: -10, delayMs: 170 });
    expect(takenAwayDb(Int16Array.from(upright, (sample) => -sample))).toBeGreaterThan(15);
  });

  it('is taken away when the beat of what is played is early and late by some frames', () => {
    const random = seededRandom(3);
    const jitter = (): number => Math.round(random.between(-2, 2));
    expect(takenAwayDb(echoOf(agent, { levelDb: -10, delayMs: 170 }), jitter)).toBeGreaterThan(15);
  });

  it.each([-5, -2, -1, 1, 3, 5, 12])('is taken away again at once when its way jumps by %i frames', (by) => {
    const echo = echoOf(agent, { levelDb: -10, delayMs: 310, colour: ECHO_COLOURS[1] ?? [1] });
    const jumpsAt = 200 * SAMPLES_PER_FRAME;
    const from = jumpsAt - by * SAMPLES_PER_FRAME;
    const line = Int16Array.from(echo, (sample, at) => (at < jumpsAt ? sample : (echo[at - jumpsAt + from] ?? 0)));
    expect(unexplainedFrames(line.subarray(0, 299 * SAMPLES_PER_FRAME))).toBeLessThanOrEqual(2);
  });

  it('is nothing in what a caller says', () => {
    expect(Math.abs(takenAwayDb(caller))).toBeLessThan(1);
  });

  it('is not looked for when nothing was played', () => {
    const guard = echoGuard();
    for (const frame of frames(caller)) {
      guard.played(undefined);
      expect(guard.subtract(frame)).toBe(frame);
      expect(guard.echoPower).toBe(0);
      expect(guard.explains()).toBe(false);
      guard.learn();
    }
  });
});
