/** Non-INVITE client transaction: RFC 3261 17.1.2. */
import type { ClientInput } from './invite-client.ts';
import {
  type Conditions,
  deliver,
  send,
  startTimer,
  type Step,
  step,
  stopTimer,
  terminated,
  type Terminated,
  timedOut,
  transportFailed,
} from './machine.ts';

type NonInviteClientState =
  | { readonly name: 'trying'; readonly intervalMs: number }
  | { readonly name: 'proceeding' }
  | { readonly name: 'completed' }
  | Terminated;

export function startNonInviteClient({ timers, reliable }: Conditions): Step<NonInviteClientState> {
  return step(
    { name: 'trying', intervalMs: timers.t1 },
    send,
    startTimer('F', 64 * timers.t1),
    ...(reliable ? [] : [startTimer('E', timers.t1)]),
  );
}

export function stepNonInviteClient(
  state: NonInviteClientState,
  input: ClientInput,
  conditions: Conditions,
): Step<NonInviteClientState> {
  const { timers, reliable } = conditions;
  switch (state.name) {
    case 'trying':
    case 'proceeding':
      if (input.type === 'transport-error') return step(terminated, transportFailed);
      if (input.type === 'response') {
        if (input.status < 200) return step({ name: 'proceeding' }, deliver);
        const drain = startTimer('K', reliable ? 0 : timers.t4);
        return step({ name: 'completed' }, stopTimer('E'), stopTimer('F'), deliver, drain);
      }
      if (input.timer === 'F') return step(terminated, timedOut);
      if (input.timer !== 'E') return step(state);
      // In Proceeding the interval is T2 at once (17.1.2.2).
      if (state.name === 'proceeding') return step(state, send, startTimer('E', timers.t2));
      return retransmit(Math.min(state.intervalMs * 2, timers.t2));
    case 'completed':
      return input.type === 'timer' && input.timer === 'K' ? step(terminated) : step(state);
    case 'terminated':
      return step(state);
  }
}

function retransmit(intervalMs: number): Step<NonInviteClientState> {
  return step({ name: 'trying', intervalMs }, send, startTimer('E', intervalMs));
}
