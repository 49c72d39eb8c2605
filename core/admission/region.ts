/** What a bridge needs of others to talk to a caller. */
export type NeededService = 'speech-to-text' | 'language-model' | 'text-to-speech';

/** What one bridge says of itself, every few seconds. */
export interface BridgeReport {
  /** One process: another one after a restart. */
  readonly replica: string;
  /** A draining one takes no calls any more. */
  readonly state: 'serving' | 'draining';
  readonly calls: number;
  /** How many calls it takes. */
  readonly maxCalls: number;
  /** Services that have failed several times in a row, in every region it knows. */
  readonly failing: readonly NeededService[];
  /** When it was written, milliseconds since the epoch, by the clock of the storage. */
  readonly atMs: number;
}

/** What was reported, and when that was looked up; `undefined` while it never was. */
export interface ReportsRead {
  readonly reports: readonly BridgeReport[];
  readonly readAtMs: number;
  /** Since when each replica's report is the one that was looked up, by our own clock; left out: since `readAtMs`. */
  readonly seenAtMs?: ReadonlyMap<string, number>;
}

/** What is known of all bridges together. */
export type Region =
  /** Nobody has ever reported, or it could not be looked up: no reason to turn anybody away. */
  | { readonly state: 'unknown' }
  /** Bridges have reported, and none does any more. */
  | { readonly state: 'gone' }
  /** Each of them lacks something that a conversation needs. */
  | { readonly state: 'failing'; readonly services: readonly NeededService[] }
  | { readonly state: 'serving'; readonly freeCalls: number };

/** Several reports may be late or lost before a bridge counts as gone. */
export const REPORT_LIFE_MS = 20_000;
/** The storage's clock and ours may be so far apart. */
export const CLOCK_SKEW_MAX_MS = 30_000;
export const REPORT_EVERY_MS = 4_000;

/** `answeredSince` are the answers of this process that no report can know of yet. */
export function regionOf(
  read: ReportsRead | undefined,
  nowMs: number,
  answeredSince: (atMs: number) => number,
): Region {
  // What was looked up long ago says nothing about now.
  if (read === undefined || read.reports.length === 0 || nowMs - read.readAtMs > REPORT_LIFE_MS) {
    return { state: 'unknown' };
  }
  const alive = aliveOf(read, nowMs);
  if (alive.length === 0) return { state: 'gone' };
  const serving = alive.filter(({ state }) => state === 'serving');
  if (serving.length > 0 && serving.every(({ failing }) => failing.length > 0)) {
    return { state: 'failing', services: [...new Set(serving.flatMap(({ failing }) => failing))] };
  }
  // A bridge that has more than it takes has the place of another: whoever spreads the sockets does not look at who is full.
  const free = serving.reduce((sum, { calls, maxCalls }) => sum + maxCalls - calls, 0);
  const oldestMs = Math.min(...serving.map(({ atMs }) => atMs));
  return { state: 'serving', freeCalls: Math.max(0, free - answeredSince(oldestMs)) };
}

/** Ages are taken within one clock: the storage's among reports, ours since one was new to us. Between the two clocks only what no skew explains counts. */
function aliveOf({ reports, readAtMs, seenAtMs }: ReportsRead, nowMs: number): readonly BridgeReport[] {
  const newestMs = Math.max(...reports.map(({ atMs }) => atMs));
  return reports.filter(
    ({ replica, atMs }) =>
      newestMs - atMs <= REPORT_LIFE_MS &&
      nowMs - (seenAtMs?.get(replica) ?? readAtMs) <= REPORT_LIFE_MS &&
      nowMs - atMs <= REPORT_LIFE_MS + CLOCK_SKEW_MAX_MS,
  );
}

/** What all living bridges of a region have between them. */
export interface Load {
  /** Calls that have a bridge, also one that drains. */
  readonly calls: number;
  /** How many the serving ones take. */
  readonly capacity: number;
  /** Calls that there should be replicas for. */
  readonly demand: number;
  readonly serving: number;
  readonly draining: number;
}

/** From here on callers are turned away, or will be before a replica has started. */
const FULL_SHARE = 0.9;

/** Bridges that are full do not see who is turned away: it may be as many again. `calls` are all, `servingCalls` those of bridges that take calls. */
export function demandOf(calls: number, servingCalls: number, capacity: number): number {
  return capacity > 0 && servingCalls >= FULL_SHARE * capacity ? 2 * calls : calls;
}

/**
 * What a scale rule needs to know. The calls of draining bridges count: those that are not over when the drain is go to a bridge that serves, and while a
 * new version takes over they are what its bridges have to be there for. `undefined` while no bridge says anything: that is not the same as no calls.
 */
export function loadOf(read: ReportsRead, nowMs: number): Load | undefined {
  const alive = aliveOf(read, nowMs);
  if (alive.length === 0) return undefined;
  const serving = alive.filter(({ state }) => state === 'serving');
  const calls = callsOf(alive);
  const capacity = serving.reduce((sum, { maxCalls }) => sum + maxCalls, 0);
  return {
    calls,
    capacity,
    demand: demandOf(calls, callsOf(serving), capacity),
    serving: serving.length,
    draining: alive.length - serving.length,
  };
}

function callsOf(reports: readonly BridgeReport[]): number {
  return reports.reduce((sum, { calls }) => sum + calls, 0);
}
