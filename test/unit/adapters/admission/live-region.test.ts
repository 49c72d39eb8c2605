import { describe, expect, it } from 'vitest';
import { liveRegion } from '#adapters/admission/live-region';
import type { BridgeReport } from '#core/admission/region';
import { capturedLog } from '../../../support/captured-log.ts';
import { manualClock } from '../../../support/manual-clock.ts';

function live() {
  const clock = manualClock();
  const { log, lines } = capturedLog();
  let list = (): Promise<readonly BridgeReport[]> => Promise.resolve([]);
  const reports = { list: () => list(), save: () => Promise.resolve(), remove: () => Promise.resolve() };
  return {
    clock,
    lines,
    region: liveRegion(reports, clock, log),
    report: (calls: number, behindMs = 0) => {
      const atMs = clock.now() - behindMs;
      list = () => Promise.resolve([{ replica: 'bridge-1', state: 'serving', calls, maxCalls: 50, failing: [], atMs }]);
    },
    breakDown: () => (list = () => Promise.reject(new Error('storage is down'))),
  };
}

describe('what the functions know of the bridges', () => {
  it('is nothing before one has reported', async () => {
    expect(await live().region.current()).toEqual({ state: 'unknown' });
  });

  it('counts the calls they have answered themselves until the next report', async () => {
    const { clock, region, report } = live();
    report(48);
    await clock.advance(10);
    expect(await region.current()).toEqual({ state: 'serving', freeCalls: 2 });
    region.answered();
    region.answered();
    expect(await region.current()).toEqual({ state: 'serving', freeCalls: 0 });
    await clock.advance(6_000);
    report(50);
    await clock.advance(1);
    expect(await region.current()).toEqual({ state: 'serving', freeCalls: 0 });
    await clock.advance(6_000);
    report(47);
    await clock.advance(1);
    expect(await region.current()).toEqual({ state: 'serving', freeCalls: 3 });
  });

  it('is that they are gone when they report no longer', async () => {
    const { clock, region, report } = live();
    report(1);
    await clock.advance(10);
    await region.current();
    await clock.advance(60_000);
    expect(await region.current()).toEqual({ state: 'gone' });
  });

  it('is judged by how long a report stays the same, where our clock is ahead of the storage', async () => {
    const { clock, region, report } = live();
    for (let round = 0; round < 3; round += 1) {
      report(1, 25_000);
      await clock.advance(6_000);
      expect(await region.current()).toMatchObject({ state: 'serving' });
    }
    for (let round = 0; round < 4; round += 1) {
      await clock.advance(6_000);
      await region.current();
    }
    expect(await region.current()).toEqual({ state: 'gone' });
  });

  it('is nothing when the storage is down for a while: that says nothing about bridges', async () => {
    const { breakDown, clock, lines, region, report } = live();
    report(1);
    await clock.advance(10);
    await region.current();
    breakDown();
    await clock.advance(60_000);
    expect(await region.current()).toEqual({ state: 'unknown' });
    expect(lines.map(({ msg }) => msg)).toEqual(['reports of the bridges not read']);
  });
});
