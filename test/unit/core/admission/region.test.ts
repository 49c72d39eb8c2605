import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLOCK_SKEW_MAX_MS, loadOf, REPORT_LIFE_MS, regionOf, type BridgeReport } from '#core/admission/region';

const nowMs = 1_790_000_000_000;
const none = () => 0;
const report = (changes: Partial<BridgeReport> = {}): BridgeReport => ({
  replica: 'bridge-1',
  state: 'serving',
  calls: 10,
  maxCalls: 50,
  failing: [],
  atMs: nowMs - 1_000,
  ...changes,
});
const regionBy = (...reports: readonly BridgeReport[]) => regionOf({ reports, readAtMs: nowMs - 500 }, nowMs, none);
const dead = report({ atMs: nowMs - REPORT_LIFE_MS - CLOCK_SKEW_MAX_MS - 1 });

describe('what the bridges say together', () => {
  it('is nothing before one has reported, or when nobody could look', () => {
    expect(regionOf(undefined, nowMs, none)).toEqual({ state: 'unknown' });
    expect(regionBy()).toEqual({ state: 'unknown' });
  });

  it('is nothing when it was looked up long ago: the storage is out of reach, the bridges may be well', () => {
    const read = { reports: [report()], readAtMs: nowMs - REPORT_LIFE_MS - 1 };
    expect(regionOf(read, nowMs, none)).toEqual({ state: 'unknown' });
  });

  it('is that they are gone when none has reported for a while', () => {
    expect(regionBy(dead)).toEqual({ state: 'gone' });
  });

  it.each([-20_000, 20_000, CLOCK_SKEW_MAX_MS])('does not depend on our clock being right: %d ms ahead', (aheadMs) => {
    const read = { reports: [report()], readAtMs: nowMs + aheadMs };
    expect(regionOf(read, nowMs + aheadMs, none)).toMatchObject({ state: 'serving' });
  });

  it('is that they are gone when none of their reports has changed for a while by our own clock', () => {
    const read = {
      reports: [report()],
      readAtMs: nowMs,
      seenAtMs: new Map([['bridge-1', nowMs - REPORT_LIFE_MS - 1]]),
    };
    expect(regionOf(read, nowMs, none)).toEqual({ state: 'gone' });
  });

  it('leaves out a bridge whose report is much older than that of another', () => {
    const old = report({ replica: 'bridge-2', atMs: nowMs - 1_000 - REPORT_LIFE_MS - 1 });
    expect(regionBy(report(), old)).toEqual({ state: 'serving', freeCalls: 40 });
  });

  it('is the room that is left in those that take calls', () => {
    const draining = report({ replica: 'bridge-3', state: 'draining' });
    expect(regionBy(report(), report({ replica: 'bridge-2', calls: 45 }), draining, dead)).toEqual({
      state: 'serving',
      freeCalls: 45,
    });
  });

  it('has no room where one bridge has so many too many as another has places', () => {
    expect(regionBy(report({ calls: 60 }), report({ calls: 35 }))).toEqual({ state: 'serving', freeCalls: 5 });
    expect(regionBy(report({ calls: 60 }), report({ calls: 45 }))).toEqual({ state: 'serving', freeCalls: 0 });
  });

  it('counts calls that were answered since they reported', () => {
    const reports = [report({ atMs: nowMs - 3_000 }), report({ atMs: nowMs - 1_000 })];
    const read = { reports, readAtMs: nowMs };
    expect(regionOf(read, nowMs, (sinceMs) => (sinceMs === nowMs - 3_000 ? 7 : 0))).toMatchObject({ freeCalls: 73 });
    expect(regionOf(read, nowMs, () => 100)).toMatchObject({ freeCalls: 0 });
  });

  it('has no room while all of them drain', () => {
    expect(regionBy(report({ state: 'draining' }))).toEqual({ state: 'serving', freeCalls: 0 });
  });

  it('is failing when each of them lacks something, not when one of them does', () => {
    const deaf = report({ failing: ['speech-to-text'] });
    const mute = report({ failing: ['text-to-speech', 'speech-to-text'] });
    expect(regionBy(deaf, mute)).toEqual({ state: 'failing', services: ['speech-to-text', 'text-to-speech'] });
    expect(regionBy(deaf, report())).toMatchObject({ state: 'serving' });
  });
});

describe('how full the bridges are together', () => {
  const loadBy = (...reports: readonly BridgeReport[]) => loadOf({ reports, readAtMs: nowMs }, nowMs);

  it('is all their calls, those of bridges that drain too, and the places of those that serve', () => {
    const draining = report({ replica: 'bridge-2', state: 'draining', calls: 7 });
    expect(loadBy(report(), draining, report({ replica: 'bridge-3', calls: 60 }))).toEqual({
      calls: 77,
      capacity: 100,
      demand: 77,
      serving: 2,
      draining: 1,
    });
  });

  it('asks for places for as many again when they are nearly full: they do not see who is turned away', () => {
    expect(loadBy(report({ calls: 44 }))).toMatchObject({ calls: 44, demand: 44 });
    expect(loadBy(report({ calls: 45 }))).toMatchObject({ calls: 45, demand: 90 });
    const draining = report({ replica: 'bridge-2', state: 'draining', calls: 50 });
    expect(loadBy(report({ calls: 10 }), draining)).toMatchObject({ calls: 60, demand: 60 });
    expect(loadBy(draining)).toMatchObject({ calls: 50, capacity: 0, demand: 50 });
  });

  it('counts nothing that a dead bridge said', () => {
    expect(loadBy(report(), dead)).toMatchObject({ calls: 10, serving: 1 });
  });

  it('is not known while no bridge says anything, which is not the same as no calls', () => {
    expect(loadBy()).toBeUndefined();
    expect(loadBy(dead)).toBeUndefined();
    expect(loadBy(report({ calls: 0 }))).toMatchObject({ calls: 0 });
  });

  it('never leaves out a call of a bridge that has just reported, and counts each once', () => {
    const some = fc.array(
      fc.record({
        calls: fc.nat(200),
        state: fc.constantFrom('serving' as const, 'draining' as const),
        ageMs: fc.nat(60_000),
      }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(some, (bridges) => {
        const reports = bridges.map(({ ageMs, ...one }, index) =>
          report({ ...one, replica: `bridge-${index}`, atMs: nowMs - ageMs }),
        );
        const all = reports.reduce((sum, { calls }) => sum + calls, 0);
        const newestMs = Math.max(...reports.map(({ atMs }) => atMs));
        const fresh = reports.filter(({ atMs }) => newestMs - atMs <= REPORT_LIFE_MS && nowMs - atMs <= REPORT_LIFE_MS);
        const load = loadOf({ reports, readAtMs: nowMs }, nowMs);
        expect(load?.calls ?? 0).toBeLessThanOrEqual(all);
        expect(load?.calls ?? 0).toBeGreaterThanOrEqual(fresh.reduce((sum, { calls }) => sum + calls, 0));
        expect((load?.serving ?? 0) + (load?.draining ?? 0)).toBeLessThanOrEqual(reports.length);
      }),
    );
  });
});
