import { parseIncomingCall } from '#adapters/call-automation/incoming-call';
import { firstState } from '#core/call/transition';
import type { CallId } from '#core/ids';
import { unreachable } from '#core/unreachable';
import { decide, type AdmissionServices } from './admission.ts';
import { answerCall } from './answer-call.ts';
import { applyEvent } from './apply-event.ts';
import type { CallServices } from './call-services.ts';

export interface IncomingCallServices extends CallServices {
  readonly admission: AdmissionServices;
  /** Where the front brings the audio of this call. */
  readonly mediaUrl: (callId: CallId) => string;
}

/** Event Grid waits as long for a response; the phone rings no longer (acs-facts 1.5, 1.9). */
const HANDLER_BUDGET_MS = 28_000;

/**
 * One Event Grid event. Settles the call within the ring, by an answer, a redirect or a rejection, and throws only when the row could not
 * be written: then nothing has been done, and a second delivery may do it.
 */
export async function handleIncomingCall(event: unknown, services: IncomingCallServices): Promise<void> {
  const { calls, clock, log } = services;
  const incoming = parseIncomingCall(event, clock.now());
  if (incoming.kind === 'other-event') {
    log.info({ eventType: incoming.type }, 'event of no interest');
    return;
  }
  if (incoming.kind === 'malformed') {
    log.error({ problem: incoming.problem }, 'incoming call unreadable');
    return;
  }
  const { offer, incomingCallContext } = incoming;
  const { callId, correlationId } = offer;
  const decision = await decide(offer, services);
  if (decision.kind === 'drop') {
    const { because } = decision;
    log.warn({ callId, correlationId, because, ageMs: clock.now() - offer.offeredAtMs }, 'call dropped');
    return;
  }
  const signal = AbortSignal.timeout(HANDLER_BUDGET_MS);
  const created = await calls.create(firstState(offer), signal);
  if (!created.written) {
    log.debug({ callId, correlationId, event: 'offered' }, 'call event ignored');
    return;
  }
  log.info({ callId, correlationId, from: offer.from, to: offer.to, headers: offer.headers }, 'call offered');
  switch (decision.kind) {
    case 'answer':
      return answerCall(offer, incomingCallContext, services, signal);
    case 'redirect':
      await services.control.redirect(incomingCallContext, decision.target, signal);
      await applyEvent(callId, { type: 'redirected', atMs: clock.now(), target: decision.target }, services, signal);
      return;
    case 'reject':
      await services.control.reject(incomingCallContext, decision.reason, signal);
      await applyEvent(callId, { type: 'rejected', atMs: clock.now(), reason: decision.reason }, services, signal);
      return;
    default:
      unreachable(decision);
  }
}
