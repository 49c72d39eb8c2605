import type { CallId } from '../ids.ts';

/** Delivers a call id back to the control plane after a delay, even when every process in between has died. */
export interface WatchdogQueue {
  schedule(id: CallId, afterMs: number, signal: AbortSignal): Promise<void>;
}
