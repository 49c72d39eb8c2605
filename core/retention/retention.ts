import type { BridgeReport } from '../admission/region.ts';
import { FORGOTTEN_AFTER_MS } from '../identity/attempts.ts';
import { unreachable } from '../unreachable.ts';

/** What is kept of callers, each with a retention of its own. `sessions`: the bridges' records of calls, with what was said; `overflow`: the part of one that a row has no room for. */
export type KeptKind = 'attempts' | 'call-backs' | 'dead-letters' | 'sessions' | 'overflow' | 'callers' | 'calls';

/** What something kept belongs to, as it is now. */
export type Owner =
  | { readonly kind: 'nobody' }
  /** The session row, which may point to it. */
  | { readonly kind: 'session' }
  /** `phase` as the row says it, which another version of this program may have written; `writtenAtMs` by the clock of the storage. */
  | { readonly kind: 'call'; readonly phase: string; readonly writtenAtMs: number };

/** How long after it was last written something is past its retention, milliseconds. */
export type Retention = { readonly [Kind in KeptKind]: number };

/** As it is set, in days. */
export interface RetentionDays {
  readonly calls: number;
  readonly sessions: number;
  readonly callBacks: number;
}

const DAY_MS = 24 * 60 * 60_000;
/** Nobody has been on the phone for so long: whoever should have written the end of the call is gone. */
const LONGEST_CALL_MS = 7 * DAY_MS;
/** The clocks of storage, functions and bridges may be so far apart without anybody's lock being lifted early. */
const ATTEMPTS_MARGIN_MS = DAY_MS;
/** Behind the newest of all reports. */
const BRIDGE_ABANDONED_AFTER_MS = DAY_MS;

export function retentionOf({ calls, sessions, callBacks }: RetentionDays): Retention {
  return {
    calls: calls * DAY_MS,
    callers: calls * DAY_MS,
    'dead-letters': calls * DAY_MS,
    sessions: sessions * DAY_MS,
    overflow: sessions * DAY_MS,
    'call-backs': callBacks * DAY_MS,
    // No setting: from then on a row says the same as none.
    attempts: FORGOTTEN_AFTER_MS + ATTEMPTS_MARGIN_MS,
  };
}

/** What was last written before is past its retention, milliseconds since the epoch. */
export function pastBeforeMs(kind: KeptKind, retention: Retention, nowMs: number): number {
  return nowMs - retention[kind];
}

/** Whether something is needed whatever its age. */
export function isInUse(owner: Owner, nowMs: number): boolean {
  switch (owner.kind) {
    case 'nobody':
      return false;
    case 'session':
      return true;
    case 'call':
      return owner.phase !== 'ended' && nowMs - owner.writtenAtMs < LONGEST_CALL_MS;
    default:
      return unreachable(owner);
  }
}

/**
 * Of the bridges' reports those that nobody will write again. The newest always stays, and those near it: without any report nobody would know that bridges
 * were ever there, and callers would be answered for none.
 */
export function abandonedBridges(reports: readonly BridgeReport[]): readonly string[] {
  const newestMs = reports.reduce((newest, { atMs }) => Math.max(newest, atMs), -Infinity);
  return reports.filter(({ atMs }) => newestMs - atMs > BRIDGE_ABANDONED_AFTER_MS).map(({ replica }) => replica);
}
