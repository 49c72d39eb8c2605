import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BridgeReport } from '#core/admission/region';
import { isLocked, noAttempts, withWrong } from '#core/identity/attempts';
import {
  abandonedBridges,
  isInUse,
  pastBeforeMs,
  retentionOf,
  type KeptKind,
  type RetentionDays,
} from '#core/retention/retention';

const NOW = 1_790_000_000_000;
const DAY = 86_400_000;
const KINDS: readonly KeptKind[] = [
  'attempts',
  'call-backs',
  'dead-letters',
  'sessions',
  'overflow',
  'callers',
  'calls',
];

const anyDays = fc.integer({ min: 1, max: 3_650 });
const anyRetention: fc.Arbitrary<RetentionDays> = fc.record({
  calls: anyDays,
  sessions: anyDays,
  callBacks: anyDays,
});

describe('what is past its retention', () => {
  it('is what nobody has written for as many days as are set for its kind', () => {
    const retention = retentionOf({ calls: 30, sessions: 7, callBacks: 90 });
    const days = KINDS.map((kind) => [kind, (NOW - pastBeforeMs(kind, retention, NOW)) / DAY]);
    expect(Object.fromEntries(days)).toEqual({
      attempts: 31,
      'call-backs': 90,
      'dead-letters': 30,
      sessions: 7,
      overflow: 7,
      callers: 30,
      calls: 30,
    });
  });

  it('is never what was written within the last day, whatever is set', () => {
    fc.assert(
      fc.property(anyRetention, fc.constantFrom(...KINDS), (days, kind) => {
        expect(NOW - pastBeforeMs(kind, retentionOf(days), NOW)).toBeGreaterThanOrEqual(DAY);
      }),
    );
  });

  it('is no row of wrong proofs that still says anything: a lock is not lifted and a count not begun again', () => {
    const aRow = fc.record({ wrong: fc.nat({ max: 1_000 }), lastAtMs: fc.integer({ min: 0, max: NOW }) });
    // The bridge that looks at it has a clock of its own.
    const clocks = fc.integer({ min: -DAY, max: DAY });
    fc.assert(
      fc.property(anyRetention, aRow, clocks, (days, attempts, skewMs) => {
        fc.pre(attempts.lastAtMs < pastBeforeMs('attempts', retentionOf(days), NOW));
        const bridgeNowMs = NOW + skewMs;
        expect(isLocked(attempts, bridgeNowMs)).toBe(isLocked(noAttempts, bridgeNowMs));
        expect(withWrong(attempts, bridgeNowMs)).toEqual(withWrong(noAttempts, bridgeNowMs));
      }),
      { numRuns: 500 },
    );
  });
});

describe('a call', () => {
  const phases = fc.constantFrom('offered', 'answered', 'connected', 'talking', 'handed-over', 'of-a-later-version');

  it('is up until its row says that it has ended, or nobody has written that for a week', () => {
    fc.assert(
      fc.property(phases, fc.integer({ min: 0, max: 30 * DAY }), (phase, ageMs) => {
        const isUp = isInUse({ kind: 'call', phase, writtenAtMs: NOW - ageMs }, NOW);
        expect(isUp).toBe(ageMs < 7 * DAY);
      }),
    );
  });

  it('is up when the storage wrote it in a future of ours', () => {
    expect(isInUse({ kind: 'call', phase: 'talking', writtenAtMs: NOW + DAY }, NOW)).toBe(true);
  });

  it('needs nothing any more once it has ended', () => {
    expect(isInUse({ kind: 'call', phase: 'ended', writtenAtMs: NOW }, NOW)).toBe(false);
  });
});

describe('what belongs to something', () => {
  it('is needed while a row points to it, and by nobody else', () => {
    expect(isInUse({ kind: 'session' }, NOW)).toBe(true);
    expect(isInUse({ kind: 'nobody' }, NOW)).toBe(false);
  });
});

describe('reports of bridges that are gone', () => {
  const report = (replica: string, atMs: number): BridgeReport => ({
    replica,
    state: 'serving',
    calls: 0,
    maxCalls: 50,
    failing: [],
    atMs,
  });

  it('are abandoned a day after the newest', () => {
    const reports = [report('new', NOW), report('yesterday', NOW - DAY), report('old', NOW - DAY - 1)];
    expect(abandonedBridges(reports)).toEqual(['old']);
  });

  it('never all go: that bridges were there, and are no more, must stay known', () => {
    const anyReports = fc.array(fc.integer({ min: 0, max: NOW }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(anyReports, (times) => {
        const reports = times.map((atMs, index) => report(String(index), atMs));
        const abandoned = new Set(abandonedBridges(reports));
        const left = reports.filter(({ replica }) => !abandoned.has(replica)).map(({ atMs }) => atMs);
        expect(Math.max(...left)).toBe(Math.max(...times));
      }),
    );
    expect(abandonedBridges([])).toEqual([]);
  });
});
