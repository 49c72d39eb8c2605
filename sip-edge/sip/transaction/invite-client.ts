/** INVITE client transaction: RFC 3261 17.1.1, with the Accepted state of RFC 6026 7.2. */
import {
  acknowledge,
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
  TIMER_D_MS,
  type TimerName,
  transportFailed,
} from './machine.ts';

type InviteClientState =
  | { readonly name: 'calling'; readonly intervalMs: number }
  | { readonly name: 'proceeding' }
  | { readonly name: 'completed' }
  | { readonly name: 'accepted' }
  | Terminated;

export type ClientInput =
  | { readonly type: 'response'; readonly status: number }
  | { readonly type: 'timer'; readonly timer: TimerName }
  | { readonly type: 'transport-error' };

export function startInviteClient({ timers, reliable }: Conditions): Step<InviteClientState> {
  return step(
    { name: 'calling', intervalMs: timers.t1 },
    send,
    startTimer('B', 64 * timers.t1),
    ...(reliable ? [] : [startTimer('A', timers.t1)]),
  );
}

export function stepInviteClient(
  state: InviteClientState,
  input: ClientInput,
  conditions: Conditions,
): Step<InviteClientState> {
  switch (state.name) {
    case 'calling':
      if (input.type === 'response') return onResponse(state, input.status, conditions);
      if (input.type === 'transport-error') return step(terminated, transportFailed);
      if (input.timer === 'A') {
        const intervalMs = state.intervalMs * 2;
        return step({ name: 'calling', intervalMs }, send, startTimer('A', intervalMs));
      }
      return input.timer === 'B' ? step(terminated, timedOut) : step(state);
    case 'proceeding':
      return input.type === 'response' ? onResponse(state, input.status, conditions) : step(state);
    case 'completed':
      if (input.type === 'response') return input.status >= 300 ? step(state, acknowledge) : step(state);
      if (input.type === 'transport-error') return step(terminated, transportFailed);
      return input.timer === 'D' ? step(terminated) : step(state);
    case 'accepted':
      if (input.type === 'response')
        return input.status >= 200 && input.status < 300 ? step(state, deliver) : step(state);
      return input.type === 'timer' && input.timer === 'M' ? step(terminated) : step(state);
    case 'terminated':
      return step(state);
  }
}

function onResponse(
  state: InviteClientState,
  status: number,
  { timers, reliable }: Conditions,
): Step<InviteClientState> {
  const quiet = state.name === 'calling' ? [stopTimer('A'), stopTimer('B')] : [];
  if (status < 200) return step({ name: 'proceeding' }, ...quiet, deliver);
  if (status < 300) return step({ name: 'accepted' }, ...quiet, deliver, startTimer('M', 64 * timers.t1));
  return step({ name: 'completed' }, ...quiet, acknowledge, deliver, startTimer('D', reliable ? 0 : TIMER_D_MS));
}
