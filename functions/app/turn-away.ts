import { codesOf } from '#adapters/call-automation/request-error';
import type { Admission } from '#core/admission/admit';
import { nextBest, type Settlement } from '#core/admission/next-best';
import type { CallOffer } from '#core/call/offer';
import { unreachable } from '#core/unreachable';
import { answerCall } from './answer-call.ts';
import type { IncomingCallServices } from './incoming-call.ts';
import { insist } from './insist.ts';
import { lookUpCaller } from './look-up-caller.ts';
import { noteEvent } from './note-event.ts';
import type { OfferRecord } from './record-offer.ts';

/** For each way that is tried: the phone rings for thirty seconds (acs-facts 1.5), and there are three at most. */
const BUDGET_MS = 6_000;

type TurnedAway = Exclude<Settlement, { readonly kind: 'answer' }>;

/** Redirects or rejects a ringing call; when the front does not take that, the next best. What is refused altogether rings out, and the SBC takes it elsewhere. */
export async function turnAway(
  decided: Extract<Admission, TurnedAway>,
  offer: CallOffer,
  incomingCallContext: string,
  record: Exclude<OfferRecord, 'settled'>,
  services: IncomingCallServices,
  signal: AbortSignal,
): Promise<void> {
  const { agents, clock, log } = services;
  const { callId, correlationId } = offer;
  log.info({ callId, correlationId, way: decided.kind, because: decided.because }, 'call turned away');
  let refusal = { code: 0, subCode: 0 };
  for (const way of [decided, ...nextBest(decided, agents.for(offer).definition)]) {
    if (way.kind === 'answer') {
      // First, as for every call that is answered.
      const answered = answerCall(offer, incomingCallContext, record, services, signal);
      await Promise.all([answered, lookUpCaller(offer, services, signal)]);
      return;
    }
    const tried = await insist(
      way.kind,
      () => askFor(way, incomingCallContext, services, signal),
      { offer, budgetMs: BUDGET_MS, mayBeTaken: record !== 'ours' || way !== decided },
      services,
      signal,
    );
    switch (tried.kind) {
      case 'done':
        return noteEvent(offer, eventOf(way, clock.now()), services, signal);
      case 'gone':
        return noteEvent(
          offer,
          { type: 'caller-gave-up', atMs: clock.now(), ...codesOf(tried.error) },
          services,
          signal,
        );
      case 'elsewhere':
        log.info({ callId, correlationId }, 'call had elsewhere');
        return;
      case 'refused':
        refusal = codesOf(tried.error);
        log.error({ callId, correlationId, way: way.kind, err: tried.error }, 'call not turned away');
        break;
      default:
        unreachable(tried);
    }
  }
  await noteEvent(offer, { type: 'answer-refused', atMs: clock.now(), ...refusal }, services, signal);
}

function askFor(
  way: TurnedAway,
  incomingCallContext: string,
  { control }: IncomingCallServices,
  signal: AbortSignal,
): Promise<void> {
  return way.kind === 'redirect'
    ? control.redirect(incomingCallContext, way.target, signal)
    : control.reject(incomingCallContext, way.reason, signal);
}

function eventOf(way: TurnedAway, atMs: number) {
  return way.kind === 'redirect'
    ? ({ type: 'redirected', atMs, target: way.target } as const)
    : ({ type: 'rejected', atMs, reason: way.reason } as const);
}
