import type { BridgeReport } from '../admission/region.ts';

/** What the bridges say of themselves, one row a process. Throws `PortError`. */
export interface BridgeReports {
  /** Of all processes, those long gone too. */
  list(signal: AbortSignal): Promise<readonly BridgeReport[]>;
  /** Replaces what this replica said before. */
  save(report: Omit<BridgeReport, 'atMs'>, signal: AbortSignal): Promise<void>;
  remove(replica: string, signal: AbortSignal): Promise<void>;
}
