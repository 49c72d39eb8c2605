import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterLoss, judgeSilence, noLosses, type Losses } from '#core/conversation/recogniser-health';

describe('a recogniser that was lost', () => {
  it('is opened again at once, then after ever longer pauses, and then given up', () => {
    const pauses: (number | undefined)[] = [];
    let losses: Losses = noLosses;
    for (let count = 0; count < 5; count += 1) {
      const next = afterLoss(losses, { atMs: count * 100, livedMs: 50, mayPass: true });
      losses = next.losses;
      pauses.push(next.reopenAfterMs);
    }
    expect(pauses).toEqual([0, 250, 500, 1_000, undefined]);
  });

  it('is given up at once when trying again cannot help', () => {
    expect(afterLoss(noLosses, { atMs: 0, livedMs: 0, mayPass: false }).reopenAfterMs).toBeUndefined();
  });

  it('is given up when each attempt takes so long that the caller would talk to nobody', () => {
    const first = afterLoss(noLosses, { atMs: 2_000, livedMs: 0, mayPass: true });
    expect(first.reopenAfterMs).toBe(0);
    expect(afterLoss(first.losses, { atMs: 4_000, livedMs: 0, mayPass: true }).reopenAfterMs).toBeUndefined();
  });

  it('every few minutes, as services do with long streams, is never given up', () => {
    let losses: Losses = noLosses;
    for (let hour = 0; hour < 24; hour += 1) {
      const next = afterLoss(losses, { atMs: hour * 3_600_000, livedMs: 3_600_000, mayPass: true });
      expect(next.reopenAfterMs).toBe(0);
      losses = next.losses;
    }
  });

  it('is given up after ten attempts at most, however they fail', () => {
    const loss = fc.record({ afterMs: fc.nat(5_000), livedMs: fc.nat(29_999) });
    fc.assert(
      fc.property(fc.array(loss, { minLength: 10 }), (row) => {
        let losses: Losses = noLosses;
        let atMs = 0;
        const pauses = row.map(({ afterMs, livedMs }) => {
          const next = afterLoss(losses, { atMs: (atMs += afterMs), livedMs, mayPass: true });
          losses = next.losses;
          return next.reopenAfterMs;
        });
        expect(pauses).toContain(undefined);
      }),
    );
  });
});

describe('a recogniser that is silent while somebody speaks', () => {
  const silent = { unansweredMs: 0, sinceMs: 0, doubts: 0, everAnswered: 'no' } as const;

  it('is waited for as long as it may just be thinking', () => {
    expect(judgeSilence({ ...silent, unansweredMs: 1_500, sinceMs: 2_980 })).toBe('wait');
  });

  it('is not doubted for a click', () => {
    expect(judgeSilence({ ...silent, unansweredMs: 580, sinceMs: 60_000 })).toBe('wait');
  });

  it('is replaced when a caller who has said something short waits for an answer', () => {
    expect(judgeSilence({ ...silent, unansweredMs: 600, sinceMs: 3_000 })).toBe('replace');
  });

  it('is given up when those that took its place never said a thing either', () => {
    expect(judgeSilence({ ...silent, unansweredMs: 8_000, doubts: 1 })).toBe('replace');
    expect(judgeSilence({ ...silent, unansweredMs: 8_000, doubts: 2 })).toBe('give-up');
  });

  it('is never given up when it has shown life: what it hears may be music', () => {
    const silence = fc.record({
      unansweredMs: fc.nat(),
      sinceMs: fc.nat(),
      doubts: fc.nat(),
      everAnswered: fc.constant('yes' as const),
    });
    fc.assert(fc.property(silence, (one) => judgeSilence(one) !== 'give-up'));
  });

  it('is replaced ever more seldom, a minute of voice apart at most', () => {
    const atMs = [1, 2, 3, 4, 5, 50].map((doubts) => {
      for (let unansweredMs = 0; ; unansweredMs += 20)
        if (judgeSilence({ unansweredMs, sinceMs: unansweredMs, doubts, everAnswered: 'yes' }) === 'replace')
          return unansweredMs;
    });
    expect(atMs).toEqual([8_000, 16_000, 32_000, 64_000, 64_000, 64_000]);
  });
});
