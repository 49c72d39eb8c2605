import { REPORT_EVERY_MS, REPORT_LIFE_MS, type NeededService } from '#core/admission/region';
import type { BridgeReports } from '#core/ports/bridge-reports';
import type { Clock } from '#core/ports/clock';
import type { RandomNumbers } from '#core/ports/random-numbers';
import type { Telemetry } from '#core/ports/telemetry';
import type { Log } from '#adapters/logging/logger';
import type { SessionRegistry } from './session/session-registry.ts';

/** One round, its retries included; shorter than the life of a report by far. */
const ROUND_BUDGET_MS = 5_000;
/** The process ends: its row dies by itself if it cannot be taken away at once. */
const FAREWELL_BUDGET_MS = 1_000;
/** A bridge that crashed leaves its row behind. It counts as gone by then, and somebody has to take it away. */
const ABANDONED_MS = 3_600_000;
/** One bridge in so many that start looks for such rows: in a deploy hundreds start at once, and all the rows are in one partition. */
export const TAKES_AWAY_ONE_IN = 20;

interface SelfReportServices {
  readonly reports: BridgeReports;
  readonly registry: Pick<SessionRegistry, 'state' | 'size'>;
  /** Of this process: another after a restart. Legal in a table key. */
  readonly replica: string;
  readonly maxCalls: number;
  readonly failing: () => readonly NeededService[];
  readonly clock: Clock;
  readonly random: RandomNumbers;
  readonly log: Log;
  readonly telemetry: Telemetry;
}

export interface SelfReport {
  /** Says at once what has changed. */
  hurry(): void;
  /** Takes the report away; bounded, never rejects. */
  end(): Promise<void>;
}

/**
 * Says every few seconds how this bridge is, for those who decide who gets in. A bridge goes on with its calls when nobody can be told: then it counts
 * as gone after a while, and calls go elsewhere.
 */
export function reportSelf(services: SelfReportServices): SelfReport {
  const { clock, log, random, replica, reports } = services;
  const ended = new AbortController();
  let pause = new AbortController();
  let lastRound: 'told' | 'failed' = 'told';

  const round = async (): Promise<void> => {
    const { registry, maxCalls, failing, telemetry } = services;
    telemetry.record({ name: 'trunkline.calls.active', value: registry.size });
    telemetry.record({ name: 'trunkline.calls.capacity', value: maxCalls });
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(ROUND_BUDGET_MS)]);
    try {
      const report = { replica, state: registry.state, calls: registry.size, maxCalls, failing: failing() };
      await reports.save(report, signal);
      lastRound = 'told';
    } catch (error) {
      if (ended.signal.aborted) return;
      if (lastRound === 'told') log.warn({ err: error }, 'bridge not reported');
      lastRound = 'failed';
    }
  };
  const rounds = async (): Promise<void> => {
    if (random.below(TAKES_AWAY_ONE_IN) === 0) await takeAwayAbandoned(services, ended.signal);
    while (!ended.signal.aborted) {
      pause = new AbortController();
      await round();
      await clock.sleep(REPORT_EVERY_MS, AbortSignal.any([ended.signal, pause.signal])).catch(() => undefined);
    }
  };
  const running = rounds();

  return {
    hurry: () => pause.abort(),
    end: async () => {
      ended.abort();
      await running;
      await reports.remove(replica, AbortSignal.timeout(FAREWELL_BUDGET_MS)).catch(() => undefined);
    },
  };
}

async function takeAwayAbandoned({ clock, log, reports }: SelfReportServices, ended: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([ended, AbortSignal.timeout(REPORT_LIFE_MS)]);
  try {
    const abandoned = (await reports.list(signal)).filter(({ atMs }) => clock.now() - atMs > ABANDONED_MS);
    for (const { replica } of abandoned) await reports.remove(replica, signal);
  } catch (error) {
    log.debug({ err: error }, 'old reports not taken away');
  }
}
