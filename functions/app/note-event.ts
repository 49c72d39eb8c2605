import type { CallEvent } from '#core/call/event';
import type { CallOffer } from '#core/call/offer';
import { PortError } from '#core/ports/error';
import { applyEvent } from './apply-event.ts';
import type { CallServices } from './call-services.ts';

/** Event Grid waits thirty seconds in all (acs-facts 1.9). */
const NOTE_BUDGET_MS = 20_000;
const FIRST_PAUSE_MS = 250;
const PAUSE_MAX_MS = 2_000;

/**
 * Puts into the row what has happened to a call, making the row where there is none, and tries again while storage is down. Never throws for storage:
 * what the front does cannot be undone by an event that is delivered again, and the callbacks of the call make the row as well.
 */
export async function noteEvent(
  offer: CallOffer,
  event: CallEvent,
  services: Pick<CallServices, 'calls' | 'clock' | 'log'>,
  signal: AbortSignal,
): Promise<void> {
  const { clock, log } = services;
  const { callId, correlationId } = offer;
  const deadlineMs = clock.monotonicMs() + NOTE_BUDGET_MS;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS)) {
    try {
      await applyEvent(callId, event, services, signal, offer);
      return;
    } catch (error) {
      if (!(error instanceof PortError) && !signal.aborted) throw error;
      const again = !signal.aborted && clock.monotonicMs() + pauseMs < deadlineMs;
      log.error({ callId, correlationId, event: event.type, again, err: error }, 'call event not recorded');
      if (!again) return;
      await clock.sleep(pauseMs, signal).catch(() => undefined);
    }
  }
}
