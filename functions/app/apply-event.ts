import type { CallCommand, CallEvent } from '#core/call/event';
import type { CallState } from '#core/call/state';
import { transition } from '#core/call/transition';
import type { CallId } from '#core/ids';
import { PortError } from '#core/ports/error';
import type { CallServices } from './call-services.ts';

/** Callbacks of one call come a few at a time: to lose more races than this in a row, something else must be wrong. */
const RACES_MAX = 8;

type Applied =
  | { readonly kind: 'moved'; readonly state: CallState; readonly commands: readonly CallCommand[] }
  | { readonly kind: 'ignored'; readonly state: CallState }
  | { readonly kind: 'unknown-call' };

/**
 * Puts one event into the call row: read, decide, write under the version read. A lost race is read and decided again. The one
 * place where a call's phase changes, and where that is logged.
 */
export async function applyEvent(
  callId: CallId,
  event: CallEvent,
  { calls, log }: Pick<CallServices, 'calls' | 'log'>,
  signal: AbortSignal,
): Promise<Applied> {
  for (let race = 0; race < RACES_MAX; race += 1) {
    const stored = await calls.load(callId, signal);
    if (stored === undefined) {
      log.warn({ callId, event: event.type }, 'call unknown');
      return { kind: 'unknown-call' };
    }
    const { correlationId } = stored.state.offer;
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
    return decided;
  }
  throw new PortError('call-store', `lost ${RACES_MAX} races for one row`, { retryable: true });
}
