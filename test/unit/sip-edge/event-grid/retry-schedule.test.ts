import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDelivered, nextAttempt } from '../../../../sip-edge/event-grid/retry-schedule.ts';

const policy = { maxDeliveryAttempts: 30, eventTtlMs: 86_400_000, retryTimeScale: 1 };

describe('a delivery that failed', () => {
  it.each([
    [500, 1, 10_000],
    [500, 2, 30_000],
    [500, 3, 60_000],
    [503, 1, 30_000],
    [408, 1, 120_000],
    [404, 1, 300_000],
    [401, 1, 300_000],
  ])('with %s, attempt %s, waits %s ms', (status, attempts, ms) => {
    expect(nextAttempt({ kind: 'status', status }, attempts, 0, policy)).toEqual({ kind: 'wait', ms });
  });

  it('is given up after two attempts, or when it would come too late, as is advised for calls', () => {
    const advised = { maxDeliveryAttempts: 2, eventTtlMs: 60_000, retryTimeScale: 1 };
    expect(nextAttempt({ kind: 'no-answer' }, 2, 0, advised).kind).toBe('dead-letter');
    expect(nextAttempt({ kind: 'status', status: 401 }, 1, 0, advised)).toEqual({
      kind: 'dead-letter',
      reason: 'TimeToLiveExceeded',
    });
  });

  it('never waits beyond the life of the event', () => {
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 599 }), fc.nat(40), fc.nat(100_000_000), (status, attempts, ageMs) => {
        const next = nextAttempt({ kind: 'status', status }, attempts + 1, ageMs, policy);
        if (next.kind === 'wait') expect(ageMs + next.ms).toBeLessThanOrEqual(policy.eventTtlMs);
      }),
    );
  });

  it('was none for the five statuses of success', () => {
    expect([200, 201, 202, 203, 204, 205, 302, 400].map(isDelivered)).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
