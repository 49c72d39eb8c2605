import type { CallOffer } from '#core/call/offer';
import type { CallServices } from './call-services.ts';

/**
 * Has the queue ask again, after so long, whether anybody has the caller. Without it a call goes on all the same: what is lost is only the safety net.
 * Says whether it is there.
 */
export async function setWatchdog(
  { callId, correlationId }: Pick<CallOffer, 'callId' | 'correlationId'>,
  afterMs: number,
  { watchdog, log }: Pick<CallServices, 'watchdog' | 'log'>,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await watchdog.schedule(callId, afterMs, signal);
    return true;
  } catch (error) {
    log.error({ callId, correlationId, err: error }, 'watchdog not set');
    return false;
  }
}
