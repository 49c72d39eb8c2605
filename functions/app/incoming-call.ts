import { parseIncomingCall } from '#adapters/call-automation/incoming-call';
import type { ResourceAccounts } from '#adapters/call-automation/telephony-settings';
import type { CallOffer } from '#core/call/offer';
import { unreachable } from '#core/unreachable';
import { decide, type AdmissionServices } from './admission.ts';
import { answerCall } from './answer-call.ts';
import type { CallServices } from './call-services.ts';
import { lookUpCaller, type CallerServices } from './look-up-caller.ts';
import { recordOffer } from './record-offer.ts';
import { turnAway } from './turn-away.ts';

export interface IncomingCallServices extends CallServices, CallerServices {
  readonly admission: AdmissionServices;
  /** Where the front brings the audio of this call. */
  readonly mediaUrl: (offer: CallOffer) => string;
  readonly resourceAccounts: ResourceAccounts;
}

/** Event Grid waits as long for a response; the phone rings no longer (acs-facts 1.5, 1.9). */
const HANDLER_BUDGET_MS = 28_000;

/**
 * One Event Grid event. Settles the call within the ring, by an answer, a redirect or a rejection, whether or not its row can be written: a caller
 * does not wait for storage.
 */
export async function handleIncomingCall(event: unknown, services: IncomingCallServices): Promise<void> {
  const { clock, log } = services;
  const incoming = parseIncomingCall(event, clock.now(), services.resourceAccounts);
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
    log.warn(
      { callId, correlationId, because: decision.because, ageMs: clock.now() - offer.offeredAtMs },
      'call dropped',
    );
    return;
  }
  const signal = AbortSignal.timeout(HANDLER_BUDGET_MS);
  const record = await recordOffer(offer, services, signal);
  if (record === 'settled') {
    log.debug({ callId, correlationId, event: 'offered' }, 'call event ignored');
    return;
  }
  log.info({ callId, correlationId, record, from: offer.from, to: offer.to, headers: offer.headers }, 'call offered');
  switch (decision.kind) {
    case 'answer': {
      // First: not even the beginning of a look-up comes before the answer.
      const answered = answerCall(offer, incomingCallContext, record, services, signal);
      await Promise.all([answered, lookUpCaller(offer, services, signal)]);
      return;
    }
    case 'redirect':
    case 'reject':
      return turnAway(decision, offer, incomingCallContext, record, services, signal);
    default:
      unreachable(decision);
  }
}
