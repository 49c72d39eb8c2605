import { parseWatchdogMessage } from '#adapters/storage/queue-watchdog';
import type { CallServices } from './call-services.ts';
import { moveCall } from './move-call.ts';

const HANDLER_BUDGET_MS = 25_000;

/** Some seconds after an answer: is anybody talking to the caller? Throws when it could not be looked up: the queue then delivers again. */
export async function handleWatchdog(entry: unknown, services: CallServices): Promise<void> {
  const callId = parseWatchdogMessage(entry);
  if (callId === undefined) {
    services.log.error({}, 'watchdog message unreadable');
    return;
  }
  const signal = AbortSignal.timeout(HANDLER_BUDGET_MS);
  await moveCall(callId, { type: 'watchdog-fired', atMs: services.clock.now() }, services, signal);
}
