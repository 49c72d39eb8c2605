import type { CallCommand, CallEvent } from './event.ts';
import type { CallOutcome } from './outcome.ts';
import type { CallIn, CallPhase, CallState } from './state.ts';

export type Transition =
  | { readonly kind: 'moved'; readonly state: CallState; readonly commands: readonly CallCommand[] }
  | { readonly kind: 'ignored'; readonly phase: CallPhase; readonly event: CallEvent['type'] };

export type EstablishedState = CallIn<'connected' | 'talking' | 'handed-over'>;
export type Event<T extends CallEvent['type']> = Extract<CallEvent, { type: T }>;

export function moved(state: CallState, ...commands: readonly CallCommand[]): Transition {
  return { kind: 'moved', state, commands };
}

export function ignored(state: CallState, event: CallEvent): Transition {
  return { kind: 'ignored', phase: state.phase, event: event.type };
}

export function end(
  state: Exclude<CallState, { phase: 'ended' }>,
  endedAtMs: number,
  outcome: CallOutcome,
  source: CallIn<'ended'>['source'] = 'front',
): Transition {
  return moved({
    phase: 'ended',
    offer: state.offer,
    endedAtMs,
    outcome,
    connectionId: state.phase === 'offered' ? undefined : state.connectionId,
    transfer: 'transfer' in state ? state.transfer : undefined,
    source,
  });
}
