import { percentile } from '../report/statistics.ts';
import type { Stage } from './stage.ts';

/** What the two processes did while something was measured. */
export interface LoadFindings {
  /** Share of one core, in per cent. Undefined where the system does not tell. */
  readonly bridgePercent: number | undefined;
  readonly harnessPercent: number;
  /** How late the measuring process sent its frames: what it reads may be as late. */
  readonly harnessLateP99Ms: number;
  readonly rssBytes: number | undefined;
}

/** Later than this, and the measuring process is part of what it measured. */
export const HARNESS_LATE_MAX_MS = 8;

/** Starts to measure; the returned function ends it. */
export async function meterLoad({ bridge, wheel }: Stage): Promise<() => Promise<LoadFindings>> {
  const startedMs = performance.now();
  const harness = process.cpuUsage();
  const before = await bridge.cpuMs();
  wheel.takeLateness();
  return async () => {
    const lateness = wheel.takeLateness();
    const ms = performance.now() - startedMs;
    const { user, system } = process.cpuUsage(harness);
    const after = await bridge.cpuMs();
    return {
      bridgePercent: before === undefined || after === undefined ? undefined : ((after - before) / ms) * 100,
      harnessPercent: ((user + system) / 1_000 / ms) * 100,
      harnessLateP99Ms: percentile(lateness, 99),
      rssBytes: await bridge.rssBytes(),
    };
  };
}
