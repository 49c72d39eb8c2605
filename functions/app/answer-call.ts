import { codesOf } from '#adapters/call-automation/request-error';
import { failureQueue } from '#core/agent/queues';
import type { CallOffer } from '#core/call/offer';
import type { PortError } from '#core/ports/error';
import { unreachable } from '#core/unreachable';
import type { IncomingCallServices } from './incoming-call.ts';
import { insist } from './insist.ts';
import { noteEvent } from './note-event.ts';
import type { OfferRecord } from './record-offer.ts';
import { setWatchdog } from './set-watchdog.ts';

/** Trying for longer keeps the caller, who hears it ring, from the person that a redirect reaches in ten seconds. */
const ANSWER_BUDGET_MS = 7_000;

/** There is no time for another try: what is refused then rings out, and the SBC takes the call elsewhere. */
const REDIRECT_BUDGET_MS = 5_000;

/**
 * Answers; when the front refuses, gives the caller to the queue for failed calls; when that is refused as well, says so in the log and in the row. The
 * watchdog is set at the same time, so that a process that dies after the answer leaves nobody alone.
 */
export async function answerCall(
  offer: CallOffer,
  incomingCallContext: string,
  record: Exclude<OfferRecord, 'settled'>,
  services: IncomingCallServices,
  signal: AbortSignal,
): Promise<void> {
  const { clock, control, log, watchdogMs } = services;
  const { callId, correlationId } = offer;
  const startedMs = clock.monotonicMs();
  const watched = setWatchdog(offer, watchdogMs, services, signal);
  const request = { incomingCallContext, callbackUri: services.callbackUrl(offer), mediaUri: services.mediaUrl(offer) };
  const answered = await insist(
    'answer',
    () => control.answer(request, signal),
    { offer, budgetMs: ANSWER_BUDGET_MS, mayBeTaken: record !== 'ours' },
    services,
    signal,
  );
  const isLate = clock.monotonicMs() - startedMs > watchdogMs / 2;
  switch (answered.kind) {
    case 'done':
      await noteEvent(
        offer,
        { type: 'answer-accepted', atMs: clock.now(), connectionId: answered.value },
        services,
        signal,
      );
      break;
    case 'gone':
      // CANCEL while it rang: the offer's context is worth nothing any more (acs-facts 1.5), and there is nobody to redirect.
      await noteEvent(
        offer,
        { type: 'caller-gave-up', atMs: clock.now(), ...codesOf(answered.error) },
        services,
        signal,
      );
      break;
    case 'elsewhere':
      log.info({ callId, correlationId }, 'call had elsewhere');
      break;
    case 'refused':
      await giveToPerson(offer, incomingCallContext, answered.error, services, signal);
      break;
    default:
      unreachable(answered);
  }
  // The first may have come while nothing was answered yet, or the queue may have been out of reach.
  if (!(await watched) || isLate) await setWatchdog(offer, watchdogMs, services, signal);
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
  // The answer may have been taken although it was refused: then this is refused, and the call is somebody's.
  const redirected = await insist(
    'redirect',
    () => control.redirect(incomingCallContext, target, signal),
    { offer, budgetMs: REDIRECT_BUDGET_MS, mayBeTaken: true },
    services,
    signal,
  );
  switch (redirected.kind) {
    case 'done':
      await noteEvent(offer, { type: 'redirected', atMs: clock.now(), target }, services, signal);
      return;
    case 'gone':
    case 'elsewhere':
      log.info({ callId, correlationId }, 'call had elsewhere');
      return;
    case 'refused':
      log.error({ callId, correlationId, err: redirected.error }, 'call neither answered nor redirected');
      await noteEvent(offer, { type: 'answer-refused', atMs: clock.now(), ...codesOf(refusal) }, services, signal);
      return;
    default:
      unreachable(redirected);
  }
}
