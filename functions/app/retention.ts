import type { Log } from '#adapters/logging/logger';
import type { BridgeReports } from '#core/ports/bridge-reports';
import type { Clock } from '#core/ports/clock';
import type { KeptRow, KeptRows } from '#core/ports/kept-rows';
import type { RandomNumbers } from '#core/ports/random-numbers';
import { abandonedBridges, isInUse, pastBeforeMs, type KeptKind, type Retention } from '#core/retention/retention';

export interface RetentionServices {
  readonly kept: KeptRows;
  readonly bridges: Pick<BridgeReports, 'list' | 'remove'>;
  readonly retention: Retention;
  readonly clock: Clock;
  readonly random: RandomNumbers;
  readonly log: Log;
}

/** `unfinished`: the time was over; the next run goes on. */
type RunState = 'finished' | 'unfinished' | 'failed';

type Removed = Record<KeptKind | 'bridges', number>;

/** Together with the longest request less than `functionTimeout` of host.json. */
const RUN_BUDGET_MS = 40_000;
/** Behind it nothing is waited for. */
const SIGNAL_BUDGET_MS = 52_000;
/** Deletions at once: each row is a partition of its own, so none go together in one request. */
const BATCH_ROWS = 32;
const WHERE_TO_BEGIN = 256;

/** Small tables first. The overflow after the rows that point to it, a call's own row last: while it is there, the rest of the call can be found. */
const ORDER: readonly KeptKind[] = [
  'attempts',
  'call-backs',
  'dead-letters',
  'sessions',
  'overflow',
  'callers',
  'calls',
];

/** Deletes what is past its retention, as far as the time goes. Never throws: what failed, or was not reached, is there for the next run. */
export async function handleRetention(services: RetentionServices): Promise<void> {
  const { clock, log, random } = services;
  const startMs = clock.monotonicMs();
  const removed: Removed = {
    bridges: 0,
    attempts: 0,
    'call-backs': 0,
    'dead-letters': 0,
    sessions: 0,
    overflow: 0,
    callers: 0,
    calls: 0,
  };
  const run: Run = {
    ...services,
    removed,
    signal: AbortSignal.timeout(SIGNAL_BUDGET_MS),
    isOver: () => clock.monotonicMs() - startMs >= RUN_BUDGET_MS,
    // A large table that no run gets through is begun elsewhere each night.
    from: random.below(WHERE_TO_BEGIN) / WHERE_TO_BEGIN,
  };
  const states = [await attempt('bridges', run, removeBridges)];
  for (const kind of ORDER) states.push(await attempt(kind, run, () => removePast(kind, run)));
  const state = states.includes('failed') ? 'failed' : states.includes('unfinished') ? 'unfinished' : 'finished';
  log.info({ state, removed, durationMs: Math.round(clock.monotonicMs() - startMs) }, 'retention run');
}

interface Run extends RetentionServices {
  readonly removed: Removed;
  readonly signal: AbortSignal;
  readonly isOver: () => boolean;
  readonly from: number;
}

async function attempt(
  kind: KeptKind | 'bridges',
  run: Run,
  work: (run: Run) => Promise<Exclude<RunState, 'failed'>>,
): Promise<RunState> {
  if (run.isOver()) return 'unfinished';
  try {
    return await work(run);
  } catch (error) {
    run.log.error({ kind, err: error }, 'what is past its retention not deleted');
    return 'failed';
  }
}

async function removeBridges({ bridges, removed, signal }: Run): Promise<'finished'> {
  for (const replica of abandonedBridges(await bridges.list(signal))) {
    await bridges.remove(replica, signal);
    removed.bridges += 1;
  }
  return 'finished';
}

async function removePast(kind: KeptKind, run: Run): Promise<Exclude<RunState, 'failed'>> {
  const { kept, clock, retention, removed, signal, isOver, from } = run;
  const beforeMs = pastBeforeMs(kind, retention, clock.now());
  for await (const page of kept.writtenBefore(kind, beforeMs, from, signal)) {
    const past = page.filter(({ writtenAtMs }) => writtenAtMs < beforeMs);
    for (let first = 0; first < past.length; first += BATCH_ROWS) {
      if (isOver()) return 'unfinished';
      removed[kind] += await removeBatch(past.slice(first, first + BATCH_ROWS), run);
    }
    if (isOver()) return 'unfinished';
  }
  return 'finished';
}

/** How many are gone. All of them are waited for, so that nothing goes on behind a run that failed. */
async function removeBatch(rows: readonly KeptRow[], run: Run): Promise<number> {
  const outcomes = await Promise.allSettled(rows.map((row) => removeOne(row, run)));
  let gone = 0;
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') throw outcome.reason;
    if (outcome.value === 'removed') gone += 1;
  }
  return gone;
}

async function removeOne(row: KeptRow, { kept, clock, signal }: Run): Promise<'removed' | 'changed' | 'in-use'> {
  const owner = await kept.ownerOf(row, signal);
  return isInUse(owner, clock.now()) ? 'in-use' : kept.remove(row, signal);
}
