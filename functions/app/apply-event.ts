import type { CallCommand, CallEvent } from '#core/call/event';
import type { CallOffer } from '#core/call/offer';
import type { CallState } from '#core/call/state';
import { firstState, transition } from '#core/call/transition';
import type { CallId } from '#core/ids';
import { PortError } from '#core/ports/error';
import type { StoredCall } from '#core/ports/call-store';
import type { CallServices } from './call-services.ts';

/** Callbacks of one call come a few at a time: to lose more races than this in a row, something else must be wrong. */
const RACES_MAX = 8;

export type Applied =
  | {
      readonly kind: 'moved';
      readonly state: CallState;
      readonly commands: readonly CallCommand[];
      /** There was no row until now, or it had ended: nobody watches over this call yet. */
      readonly isNew: boolean;
    }
  | { readonly kind: 'ignored'; readonly state: CallState }
  | { readonly kind: 'unknown-call' };

/**
 * Puts one event into the call row: read, decide, write under the version read. A lost race is read and decided again. A row that could not be written
 * when the call came is made from `offer`, when the one who calls has it. The one place where a call's phase changes, and where that is logged.
 */
export async function applyEvent(
  callId: CallId,
  event: CallEvent,
  services: Pick<CallServices, 'calls' | 'log'>,
  signal: AbortSignal,
  offer?: CallOffer,
): Promise<Applied> {
  const { calls, log } = services;
  let isNew = false;
  for (let race = 0; race < RACES_MAX; race += 1) {
    const stored = (await calls.load(callId, signal)) ?? (await makeRow(offer, services, signal));
    if (stored === undefined) {
      log.warn({ callId, event: event.type }, 'call unknown');
      return { kind: 'unknown-call' };
    }
    if (stored === 'lost-race') continue;
    const { correlationId } = stored.state.offer;
    isNew ||= 'isMade' in stored || stored.state.phase === 'ended';
    const decided = transition(stored.state, event);
    if (decided.kind === 'ignored') {
      log.debug({ callId, correlationId, phase: stored.state.phase, event: event.type }, 'call event ignored');
      return { kind: 'ignored', state: stored.state };
    }
    const { written } = await calls.replace(stored, decided.state, signal);
    if (!written) continue;
    log.info(
      { callId, correlationId, fromPhase: stored.state.phase, toPhase: decided.state.phase, event: event.type },
      'call moved',
    );
    if (decided.state.phase === 'ended') {
      log.info({ callId, correlationId, outcome: decided.state.outcome }, 'call ended');
    }
    return { ...decided, isNew };
  }
  throw new PortError('call-store', `lost ${RACES_MAX} races for one row`, { retryable: true });
}

async function makeRow(
  offer: CallOffer | undefined,
  { calls, log }: Pick<CallServices, 'calls' | 'log'>,
  signal: AbortSignal,
): Promise<(StoredCall & { readonly isMade: true }) | 'lost-race' | undefined> {
  if (offer === undefined) return undefined;
  const created = await calls.create(firstState(offer), signal);
  if (!created.written) return 'lost-race';
  const { callId, correlationId, from, to, headers } = offer;
  log.warn({ callId, correlationId, from, to, headers }, 'call recorded late');
  return { ...created.stored, isMade: true };
}
