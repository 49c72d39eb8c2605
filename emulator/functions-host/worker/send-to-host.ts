import type { WorkerMessage } from './messages.ts';

/** A host that has gone ends the worker elsewhere (`disconnect`); what was meant for it is lost with it. */
export function sendToHost(message: WorkerMessage): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}
