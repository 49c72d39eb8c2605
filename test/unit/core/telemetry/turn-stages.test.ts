import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { turnStages } from '#core/telemetry/turn-stages';

describe('the stages of a turn', () => {
  it('are what the caller waited for, one after the other', () => {
    const marks = { lastVoiceMs: 100, understoodMs: 400, overMs: 700, firstTokenMs: 1_000, firstAudioMs: 1_200 };
    expect(turnStages(marks)).toEqual([
      { stage: 'hearing', startMs: 100, endMs: 400 },
      { stage: 'deciding', startMs: 400, endMs: 700 },
      { stage: 'model', startMs: 700, endMs: 1_000 },
      { stage: 'voice', startMs: 1_000, endMs: 1_200 },
    ]);
  });

  it('give a reply that was written ahead no time of its own', () => {
    const marks = { lastVoiceMs: 100, understoodMs: 400, overMs: 700, firstTokenMs: 500, firstAudioMs: 900 };
    expect(turnStages(marks).filter(({ stage }) => stage === 'model')).toEqual([
      { stage: 'model', startMs: 700, endMs: 700 },
    ]);
  });

  it('leave out what did not happen', () => {
    expect(turnStages({ overMs: 700 })).toEqual([]);
    expect(turnStages({ overMs: 700, firstTokenMs: 800 }).map(({ stage }) => stage)).toEqual(['model']);
  });

  it('follow one another without a gap and never run backwards, whatever the marks', () => {
    const mark = fc.option(fc.integer({ min: 0, max: 10_000 }), { nil: undefined });
    const marks = fc.record({
      lastVoiceMs: mark,
      understoodMs: mark,
      overMs: fc.integer({ min: 0, max: 10_000 }),
      firstTokenMs: mark,
      firstAudioMs: mark,
    });
    fc.assert(
      fc.property(marks, (one) => {
        const stages = turnStages(one);
        for (const [index, { startMs, endMs }] of stages.entries()) {
          expect(endMs).toBeGreaterThanOrEqual(startMs);
          expect(stages[index + 1]?.startMs ?? endMs).toBe(endMs);
        }
      }),
    );
  });
});
