import { regionOf, REPORT_LIFE_MS, type Region } from '#core/admission/region';
import type { BridgeReports } from '#core/ports/bridge-reports';
import type { Clock } from '#core/ports/clock';
import { KeptFresh } from '../freshness/kept-fresh.ts';
import type { Log } from '../logging/logger.ts';

/** A caller waits behind it: old enough to cost nothing while calls come, and no call waits longer than for a slow row. */
export const FRESHNESS = { freshMs: 2_000, staleMs: 5_000, waitMaxMs: 250, readBudgetMs: 3_000 };

export interface LiveRegion {
  /** Never throws, and never makes its caller wait for longer than a quarter of a second. */
  current(): Promise<Region>;
  /** A call was answered: it is with a bridge before the next report says so. */
  answered(): void;
}

/** What the bridges say of themselves, a few seconds old at most while calls come. */
export function liveRegion(reports: BridgeReports, clock: Clock, log: Log): LiveRegion {
  let answers: number[] = [];
  let seen = new Map<string, { readonly atMs: number; readonly seenAtMs: number }>();
  const kept = new KeptFresh(
    async (signal) => {
      const list = await reports.list(signal);
      const readAtMs = clock.now();
      seen = new Map(
        list.map(({ replica, atMs }) => {
          const before = seen.get(replica);
          return [replica, before?.atMs === atMs ? before : { atMs, seenAtMs: readAtMs }];
        }),
      );
      const seenAtMs = new Map(Array.from(seen, ([replica, one]) => [replica, one.seenAtMs]));
      return { reports: list, readAtMs, seenAtMs };
    },
    { ...FRESHNESS, clock, onFailure: (error) => log.warn({ err: error }, 'reports of the bridges not read') },
  );
  return {
    current: async () => {
      const read = await kept.current();
      const nowMs = clock.now();
      answers = answers.filter((atMs) => nowMs - atMs <= REPORT_LIFE_MS);
      return regionOf(read, nowMs, (sinceMs) => answers.filter((atMs) => atMs > sinceMs).length);
    },
    answered: () => void answers.push(clock.now()),
  };
}
