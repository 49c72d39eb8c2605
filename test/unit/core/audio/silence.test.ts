import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LONG_HISTORY, SHORT_HISTORY, soundHistory } from '#core/audio/echo-reference';
import { HALF_RATE_FRAME, halfRate } from '#core/audio/half-rate';
import { soundJudge, type SoundKind } from '#core/audio/sound-judge';
import { echoOf } from '../../../support/line-sounds/echo.ts';
import { mixed } from '../../../support/line-sounds/levels.ts';
import { talk } from '../../../support/line-sounds/speech.ts';

const SECONDS = 10;
const FRAMES = SECONDS * 50;
const spoken = talk({ seconds: SECONDS, levelDbfs: -18, seed: 2, voice: 'slt', pauseMax: 0.2 });
const agent = framesOf(spoken);
const caller = talk({ seconds: SECONDS, levelDbfs: -22, seed: 5, voice: 'rms', pauseMax: 0.8 });
const heard = {
  caller: framesOf(caller),
  echo: framesOf(
    echoOf(spoken, {
      levelDb: -10,
      delayMs: 170,
    }),
  ),
  both: framesOf(mixed(caller, echoOf(spoken, { levelDb: -12, delayMs: 90 }))),
};

type Frame = Float64Array | undefined;

function framesOf(pcm: Int16Array): Frame[] {
  const halve = halfRate();
  return Array.from({ length: FRAMES }, (_, at) => halve(pcm.subarray(at * 320, at * 320 + 320))?.slice());
}

const zeros = (frame: Frame): Float64Array => frame ?? new Float64Array(HALF_RATE_FRAME);

/** Stretches of the line: what is heard and what is played in it. */
const stretches = fc.array(
  fc.record({
    frames: fc.integer({ min: 1, max: 80 }),
    line: fc.constantFrom('caller' as const, 'echo' as const, 'both' as const, 'silence' as const),
    agent: fc.constantFrom('speaks' as const, 'is quiet' as const),
  }),
  { minLength: 3, maxLength: 10 },
);

describe('digital silence', () => {
  it('is judged as a frame of zeros is, whatever came before it and comes after', () => {
    fc.assert(
      fc.property(stretches, (line) => {
        const alike = (samples: Frame): boolean => samples?.some((sample) => Math.abs(sample) > 300) ?? false;
        const [told, spelled] = [soundJudge(alike), soundJudge(alike)];
        const [toldKinds, spelledKinds]: [SoundKind[], SoundKind[]] = [[], []];
        let at = 0;
        for (const stretch of line) {
          for (let frame = 0; frame < stretch.frames; frame += 1, at = (at + 1) % FRAMES) {
            const played = stretch.agent === 'speaks' ? agent[at] : undefined;
            const now = stretch.line === 'silence' ? undefined : heard[stretch.line][at];
            told.played(played);
            toldKinds.push(told.judge(now));
            spelled.played(zeros(played));
            spelledKinds.push(spelled.judge(zeros(now)));
          }
        }
        expect(toldKinds).toEqual(spelledKinds);
      }),
      { numRuns: 40 },
    );
  });

  it('is in the history as zeros are', () => {
    const counts = fc.array(fc.integer({ min: 0, max: 70 }), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(counts, fc.constantFrom(SHORT_HISTORY, LONG_HISTORY), (lengths, size) => {
        const [told, spelled] = [soundHistory(size), soundHistory(size)];
        lengths.forEach((length, stretch) => {
          for (let frame = 0; frame < length; frame += 1) {
            const pushed = stretch % 2 === 0 ? agent[100 + frame] : undefined;
            told.push(pushed);
            spelled.push(zeros(pushed));
          }
        });
        const [one, other] = [new Float64Array(size), new Float64Array(size)];
        told.copy(told.written - size + 100, one);
        spelled.copy(spelled.written - size + 100, other);
        expect(one).toEqual(other);
        told.copyCoarse((told.written - size) >> 1, one);
        spelled.copyCoarse((spelled.written - size) >> 1, other);
        expect(one).toEqual(other);
      }),
    );
  });
});
