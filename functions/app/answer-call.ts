import { isGone } from '#adapters/call-automation/request-error';
import { failureQueue } from '#core/agent/queues';
import type { CallOffer } from '#core/call/offer';
import { PortError } from '#core/ports/error';
import { applyEvent } from './apply-event.ts';
import type { IncomingCallServices } from './incoming-call.ts';
import { setWatchdog } from './set-watchdog.ts';

/** Trying for longer leaves no time to redirect before the phone stops ringing, after 30 seconds (acs-facts 1.5). */
const ANSWER_BUDGET_MS = 15_000;
const FIRST_PAUSE_MS = 250;

type AnswerResult = { readonly kind: 'settled' } | { readonly kind: 'refused'; readonly error: PortError };

/**
 * Answers; when the front refuses, gives the caller to the agent's queue for failed calls; when that is refused as well, says so in the log and in
 * the row. The watchdog is set at the same time, so that a process that dies after the answer leaves nobody alone.
 */
export async function answerCall(
  offer: CallOffer,
  incomingCallContext: string,
  services: IncomingCallServices,
  signal: AbortSignal,
): Promise<void> {
  const watchdog = setWatchdog(offer, services.watchdogMs, services, signal);
  const result = await answerWithinRing(offer, incomingCallContext, services, signal);
  if (result.kind === 'refused' && isGone(result.error)) await callerGaveUp(offer, result.error, services, signal);
  else if (result.kind === 'refused') await giveToPerson(offer, incomingCallContext, result.error, services, signal);
  await watchdog;
}

async function answerWithinRing(
  offer: CallOffer,
  incomingCallContext: string,
  services: IncomingCallServices,
  signal: AbortSignal,
): Promise<AnswerResult> {
  const { callId, correlationId } = offer;
  const { calls, clock, control, log } = services;
  const request = {
    incomingCallContext,
    callbackUri: services.callbackUrl(callId),
    mediaUri: services.mediaUrl(callId),
  };
  const startedMs = clock.monotonicMs();
  const deadlineMs = startedMs + ANSWER_BUDGET_MS;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= 2) {
    try {
      const connectionId = await control.answer(request, signal);
      await applyEvent(callId, { type: 'answer-accepted', atMs: clock.now(), connectionId }, services, signal);
      // The first watchdog may have come while nothing was answered yet.
      if (clock.monotonicMs() - startedMs > services.watchdogMs / 2) {
        await setWatchdog(offer, services.watchdogMs, services, signal);
      }
      return { kind: 'settled' };
    } catch (error) {
      if (!(error instanceof PortError) || error.port !== 'call-control') throw error;
      log.warn({ callId, correlationId, err: error }, 'answer refused');
      const again = error.retryable && clock.monotonicMs() + pauseMs < deadlineMs;
      if (again) await clock.sleep(pauseMs, signal);
      // The response may be lost and the call answered: then a callback has moved the row by now.
      const stored = await calls.load(callId, signal);
      if (stored?.state.phase !== 'offered') return { kind: 'settled' };
      if (!again) return { kind: 'refused', error };
    }
  }
}

/** CANCEL while it rang: the offer's context is worth nothing any more (acs-facts 1.5), and there is nobody to redirect. */
async function callerGaveUp(
  { callId }: CallOffer,
  refusal: PortError,
  services: IncomingCallServices,
  signal: AbortSignal,
): Promise<void> {
  await applyEvent(
    callId,
    { type: 'caller-gave-up', atMs: services.clock.now(), ...codesOf(refusal) },
    services,
    signal,
  );
}

function codesOf(error: PortError): { readonly code: number; readonly subCode: number } {
  return { code: error.status ?? 0, subCode: Number(error.code ?? 0) || 0 };
}

async function giveToPerson(
  offer: CallOffer,
  incomingCallContext: string,
  refusal: PortError,
  services: IncomingCallServices,
  signal: AbortSignal,
): Promise<void> {
  const { callId, correlationId } = offer;
  const { agents, clock, control, log } = services;
  const { target } = failureQueue(agents.for(offer).definition);
  try {
    await control.redirect(incomingCallContext, target, signal);
    await applyEvent(callId, { type: 'redirected', atMs: clock.now(), target }, services, signal);
  } catch (error) {
    if (!(error instanceof PortError) || error.port !== 'call-control') throw error;
    log.error({ callId, correlationId, err: error }, 'call neither answered nor redirected');
    await applyEvent(callId, { type: 'answer-refused', atMs: clock.now(), ...codesOf(refusal) }, services, signal);
  }
}
