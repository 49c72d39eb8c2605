import { beforeEach, describe, expect, it } from 'vitest';
import { PortError } from '#core/ports/error';
import type { KeptRow, KeptRows } from '#core/ports/kept-rows';
import { retentionOf, type KeptKind, type Owner } from '#core/retention/retention';
import { handleRetention, type RetentionServices } from '../../../functions/app/retention.ts';
import { capturedLog } from '../../support/captured-log.ts';
import { manualClock, type ManualClock } from '../../support/manual-clock.ts';

const DAY = 86_400_000;
/** No run reads more at once. */
const PAGE = 100;
const down = new PortError('kept-rows', 'list: no response', { retryable: true });

/** Rows in memory; `slowMs` is what each deletion takes. */
function keptInMemory(clock: ManualClock, slowMs = 0) {
  const rows: KeptRow[] = [];
  const owners = new Map<string, Owner>();
  const failing = new Set<KeptKind>();
  const writtenMeanwhile = new Set<string>();
  const kept: KeptRows = {
    async *writtenBefore(kind, beforeMs) {
      await Promise.resolve();
      if (failing.has(kind)) throw down;
      const past = rows.filter((row) => row.kind === kind && row.writtenAtMs < beforeMs);
      yield [];
      for (let first = 0; first < past.length; first += PAGE) yield past.slice(first, first + PAGE);
    },
    ownerOf: (row) => Promise.resolve(row.owner ?? owners.get(row.place) ?? { kind: 'nobody' }),
    remove: async (row) => {
      await clock.advance(slowMs);
      if (writtenMeanwhile.has(row.place)) return 'changed';
      const index = rows.indexOf(row);
      if (index >= 0) rows.splice(index, 1);
      return 'removed';
    },
  };
  const add = (kind: KeptKind, place: string, ageDays: number, owner?: Owner): void => {
    rows.push({ kind, place, writtenAtMs: clock.now() - ageDays * DAY, version: 'v', owner });
  };
  return { kept, rows, owners, failing, writtenMeanwhile, add, places: () => rows.map(({ place }) => place) };
}

let clock: ManualClock;
let memory: ReturnType<typeof keptInMemory>;
let captured: ReturnType<typeof capturedLog>;
let services: RetentionServices;
let bridges: string[];
function begin(slowMs = 0): void {
  clock = manualClock();
  memory = keptInMemory(clock, slowMs);
  captured = capturedLog();
  bridges = [];
  services = {
    kept: memory.kept,
    bridges: {
      list: () =>
        Promise.resolve(
          bridges.map((replica, index) => ({
            replica,
            state: 'serving',
            calls: 0,
            maxCalls: 1,
            failing: [],
            atMs: clock.now() - index * 3 * DAY,
          })),
        ),
      remove: (replica) => Promise.resolve(void (bridges = bridges.filter((other) => other !== replica))),
    },
    retention: retentionOf({ calls: 30, sessions: 7, callBacks: 90 }),
    clock,
    random: { below: () => 0 },
    log: captured.log,
  };
}
beforeEach(() => begin());

const lastRun = () => captured.lines.findLast(({ msg }) => msg === 'retention run');

describe('the nightly run', () => {
  it('deletes what is past the retention of its kind, and leaves the rest', async () => {
    memory.add('calls', 'old call', 31, { kind: 'call', phase: 'ended', writtenAtMs: clock.now() - 31 * DAY });
    memory.add('calls', 'young call', 29, { kind: 'call', phase: 'ended', writtenAtMs: clock.now() - 29 * DAY });
    memory.add('sessions', 'old words', 8);
    memory.add('sessions', 'young words', 6);
    memory.add('call-backs', 'wish of last month', 31);
    bridges = ['alive', 'long gone'];
    await handleRetention(services);
    expect(memory.places()).toEqual(['young call', 'young words', 'wish of last month']);
    expect(bridges).toEqual(['alive']);
    expect(lastRun()).toMatchObject({
      state: 'finished',
      removed: { calls: 1, sessions: 1, 'call-backs': 0, bridges: 1 },
    });
  });

  it('leaves everything of a call that is still up, whatever its age', async () => {
    const up: Owner = { kind: 'call', phase: 'talking', writtenAtMs: clock.now() - DAY };
    services = { ...services, retention: retentionOf({ calls: 1, sessions: 1, callBacks: 1 }) };
    memory.add('calls', 'c-up', 1.5, up);
    memory.add('callers', 'c-up', 1.5);
    memory.add('sessions', 'c-up', 1.5);
    memory.owners.set('c-up', up);
    await handleRetention(services);
    expect(memory.places()).toEqual(['c-up', 'c-up', 'c-up']);
    expect(lastRun()).toMatchObject({ state: 'finished', removed: { calls: 0, callers: 0, sessions: 0 } });
  });

  it('leaves what somebody writes at the same moment, and does not count it', async () => {
    memory.add('attempts', 'quiet', 40);
    memory.add('attempts', 'tried again', 40);
    memory.writtenMeanwhile.add('tried again');
    await handleRetention(services);
    expect(memory.places()).toEqual(['tried again']);
    expect(lastRun()).toMatchObject({ state: 'finished', removed: { attempts: 1 } });
  });

  it('ends when its time is over, and the next ones go on until nothing is left', async () => {
    begin(5_000);
    for (let call = 0; call < 20 * 32; call += 1) memory.add('sessions', `c-${call}`, 8);
    await handleRetention(services);
    const left = memory.rows.length;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(20 * 32);
    expect(lastRun()).toMatchObject({ state: 'unfinished', removed: { sessions: 20 * 32 - left, calls: 0 } });
    for (let night = 0; night < 20; night += 1) await handleRetention(services);
    expect(memory.rows).toEqual([]);
    expect(lastRun()).toMatchObject({ state: 'finished' });
  });

  it('tells what it could not delete, does the rest, and tries again the next time', async () => {
    memory.failing.add('sessions');
    memory.add('sessions', 'old words', 8);
    memory.add('callers', 'old caller', 31);
    await handleRetention(services);
    expect(memory.places()).toEqual(['old words']);
    expect(captured.lines.filter(({ level }) => level === 50)).toMatchObject([
      { msg: 'what is past its retention not deleted', kind: 'sessions' },
    ]);
    expect(lastRun()).toMatchObject({ state: 'failed', removed: { callers: 1, sessions: 0 } });
    memory.failing.clear();
    await handleRetention(services);
    expect(memory.places()).toEqual([]);
    expect(lastRun()).toMatchObject({ state: 'finished', removed: { sessions: 1 } });
  });

  it('says nothing in its log of what stood in the rows, nor whose they were', async () => {
    memory.add('attempts', 'C-4711', 40);
    await handleRetention(services);
    expect(JSON.stringify(captured.lines)).not.toContain('C-4711');
  });
});
