import { openOffer } from '#adapters/acs-tokens/sealed-offer';
import { checkTicket } from '#adapters/acs-tokens/ticket';
import type { TokenValidator } from '#adapters/acs-tokens/token-validator';
import { currentInvocation } from '#adapters/telemetry/invocation';
import { parseCallbackBody, type CallbackEvent } from '#adapters/call-automation/callback-events';
import type { CallOffer } from '#core/call/offer';
import { parseCallId, type CallId } from '#core/ids';
import type { CallServices } from './call-services.ts';
import { moveCall } from './move-call.ts';
import { whyLost } from './why-lost.ts';
import type { RecentIds } from './recent-ids.ts';
import { APOLOGY_PREFIX } from './run-command.ts';

export interface CallEventsServices extends CallServices {
  readonly validateToken: TokenValidator;
  readonly ticketSecret: string;
  readonly recentIds: RecentIds;
}

/** A callback as it came, none of it checked. */
export interface CallbackRequest {
  readonly callId: string | undefined;
  readonly ticket: string | null;
  /** What the call row is made from when there is none. */
  readonly offer: string | null;
  readonly authorization: string | undefined;
  readonly readBody: () => Promise<string>;
}

/** HTTP statuses: how ACS or the edge is answered. */
type CallbackStatus = 200 | 400 | 401 | 503;

const HANDLER_BUDGET_MS = 25_000;
const KEYS_NOT_HEARD = 'ContinuousDtmfRecognitionToneFailed';
/** What ends a failure message, whether it was heard or not. */
const PLAY_IS_OVER = new Set(['PlayCompleted', 'PlayFailed', 'PlayCanceled']);

/**
 * One callback request. The token says that the front sent it, the ticket for which call: both or nothing. Throws when a row could not be
 * written: the sender then sees a 500 and may deliver again.
 */
export async function handleCallEvents(
  request: CallbackRequest,
  services: CallEventsServices,
): Promise<CallbackStatus> {
  const callId = parseCallId(request.callId ?? '');
  const refused = await refusal(request, callId, services);
  if (refused !== undefined || callId === undefined) return refused ?? 401;
  const body = parseCallbackBody(await request.readBody(), services.clock.now());
  if (!body.ok) {
    services.log.warn({ callId, problem: body.problem }, 'callback unreadable');
    return 400;
  }
  const signal = AbortSignal.timeout(HANDLER_BUDGET_MS);
  const offer = openOffer(services.ticketSecret, callId, request.offer);
  for (const event of body.events) await takeOnce(callId, event, offer, services, signal);
  return 200;
}

async function refusal(
  request: CallbackRequest,
  callId: CallId | undefined,
  { clock, log, ticketSecret, validateToken }: CallEventsServices,
): Promise<CallbackStatus | undefined> {
  const ticket =
    callId === undefined ? 'malformed' : checkTicket(ticketSecret, 'events', callId, request.ticket, clock.now());
  if (ticket !== 'valid') {
    log.warn({ callId, reason: `ticket ${ticket}` }, 'callback refused');
    return 401;
  }
  const verdict = await validateToken(request.authorization);
  if (verdict.valid) return undefined;
  log.warn({ callId, reason: `token ${verdict.reason}` }, 'callback refused');
  // Not the sender's fault, and worth another delivery.
  return verdict.reason === 'keys-unavailable' ? 503 : 401;
}

async function takeOnce(
  callId: CallId,
  event: CallbackEvent,
  offer: CallOffer | undefined,
  services: CallEventsServices,
  signal: AbortSignal,
): Promise<void> {
  const { log, recentIds } = services;
  const { correlationId, type } = event;
  const deliveryId = `${callId} ${event.id}`;
  const isTaken = await recentIds.once(deliveryId, () => take(callId, event, offer, services, signal), signal);
  if (!isTaken) log.debug({ callId, correlationId, event: type, reason: 'delivered before' }, 'call event ignored');
}

async function take(
  callId: CallId,
  event: CallbackEvent,
  offer: CallOffer | undefined,
  services: CallEventsServices,
  signal: AbortSignal,
): Promise<void> {
  const { log } = services;
  const { correlationId, type: eventType } = event;
  currentInvocation()?.event(event.known ? eventType : 'unknown event', services.clock.now(), {});
  if (!event.known) log.warn({ callId, correlationId, eventType }, 'callback of unknown type');
  if (eventType === KEYS_NOT_HEARD) log.warn({ callId, correlationId, eventType }, 'keys not reported');
  const means = endsFailureMessage(event)
    ? ({ type: 'failure-message-over', atMs: event.timeMs } as const)
    : event.event;
  if (means === undefined) return;
  await moveCall(callId, await whyLost(callId, means, services, signal), services, signal, offer);
}

function endsFailureMessage({ operationContext, type }: CallbackEvent): boolean {
  return operationContext?.startsWith(APOLOGY_PREFIX) === true && PLAY_IS_OVER.has(type);
}
