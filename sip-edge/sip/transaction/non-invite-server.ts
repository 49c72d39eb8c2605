/** Non-INVITE server transaction: RFC 3261 17.2.2. */
import type { ServerInput } from './invite-server.ts';
import {
  type Conditions,
  respond,
  startTimer,
  type Step,
  step,
  terminated,
  type Terminated,
  transportFailed,
} from './machine.ts';

type NonInviteServerState =
  { readonly name: 'trying' } | { readonly name: 'proceeding' } | { readonly name: 'completed' } | Terminated;

export function startNonInviteServer(): Step<NonInviteServerState> {
  return step({ name: 'trying' });
}

export function stepNonInviteServer(
  state: NonInviteServerState,
  input: ServerInput,
  { timers, reliable }: Conditions,
): Step<NonInviteServerState> {
  switch (state.name) {
    case 'trying':
    case 'proceeding':
      if (input.type === 'transport-error') return step(terminated, transportFailed);
      if (input.type === 'retransmission') return state.name === 'trying' ? step(state) : step(state, respond);
      if (input.type !== 'respond') return step(state);
      return input.status < 200
        ? step({ name: 'proceeding' }, respond)
        : step({ name: 'completed' }, respond, startTimer('J', reliable ? 0 : 64 * timers.t1));
    case 'completed':
      if (input.type === 'retransmission') return step(state, respond);
      if (input.type === 'transport-error') return step(terminated, transportFailed);
      return input.type === 'timer' && input.timer === 'J' ? step(terminated) : step(state);
    case 'terminated':
      return step(state);
  }
}
