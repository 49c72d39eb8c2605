import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replyLatency } from '#core/telemetry/reply-latency';

describe('the latency of a reply in the log', () => {
  it('is what the caller waited for, in whole milliseconds', () => {
    const marks = { lastVoiceMs: 100.4, understoodMs: 400, overMs: 700, firstTokenMs: 1_000, firstAudioMs: 1_200.6 };
    expect(replyLatency(marks)).toEqual({ endOfTurnMs: 600, firstTokenMs: 300, firstAudioMs: 201, totalMs: 1_100 });
  });

  it('leaves out what did not happen', () => {
    expect(replyLatency({ overMs: 700 })).toEqual({});
    expect(replyLatency({ lastVoiceMs: 100, overMs: 700 })).toEqual({ endOfTurnMs: 600 });
    expect(replyLatency({ overMs: 700, firstAudioMs: 900 })).toEqual({ firstAudioMs: 200 });
  });

  it('has no negative time for a reply that was written ahead', () => {
    const marks = { lastVoiceMs: 100, overMs: 700, firstTokenMs: 500, firstAudioMs: 900 };
    expect(replyLatency(marks)).toEqual({ endOfTurnMs: 600, firstTokenMs: 0, firstAudioMs: 200, totalMs: 800 });
  });

  it('adds up, and is never negative, whatever was marked in this order', () => {
    const ordered = fc
      .tuple(fc.nat(9_999), fc.nat(9_999), fc.nat(9_999), fc.nat(9_999))
      .map((marks) => marks.toSorted((one, other) => one - other));
    fc.assert(
      fc.property(ordered, fc.nat(9_999), ([lastVoiceMs = 0, understoodMs, overMs = 0, firstAudioMs], token) => {
        const firstTokenMs = Math.min(token, firstAudioMs ?? 0);
        const latency = replyLatency({ lastVoiceMs, understoodMs, overMs, firstTokenMs, firstAudioMs });
        const { totalMs, ...stages } = latency;
        expect(Object.values(stages).reduce((sum, ms) => sum + ms, 0)).toBe(totalMs);
        expect(Object.values(latency).every((ms) => ms >= 0)).toBe(true);
      }),
    );
  });
});
