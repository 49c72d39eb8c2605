/** INVITE server transaction: RFC 3261 17.2.1, with the Accepted state of RFC 6026 7.1. */
import {
  type Conditions,
  deliver,
  respond,
  startTimer,
  type Step,
  step,
  stopTimer,
  terminated,
  type Terminated,
  timedOut,
  type TimerName,
  transportFailed,
  TRYING_AFTER_MS,
} from './machine.ts';

type InviteServerState =
  | { readonly name: 'proceeding'; readonly answered: 'no' | 'provisionally' }
  | { readonly name: 'completed'; readonly intervalMs: number }
  | { readonly name: 'confirmed' }
  | { readonly name: 'accepted' }
  | Terminated;

export type ServerInput =
  /** The same request again. */
  | { readonly type: 'retransmission' }
  /** An ACK of the INVITE's branch. */
  | { readonly type: 'ack' }
  /** The transaction user answers. */
  | { readonly type: 'respond'; readonly status: number }
  | { readonly type: 'timer'; readonly timer: TimerName }
  | { readonly type: 'transport-error' };

export function startInviteServer(): Step<InviteServerState> {
  return step({ name: 'proceeding', answered: 'no' }, startTimer('trying', TRYING_AFTER_MS));
}

export function stepInviteServer(
  state: InviteServerState,
  input: ServerInput,
  conditions: Conditions,
): Step<InviteServerState> {
  const { timers, reliable } = conditions;
  switch (state.name) {
    case 'proceeding':
      if (input.type === 'respond') return onRespond(input.status, conditions);
      if (input.type === 'transport-error') return step(terminated, transportFailed);
      if (input.type === 'retransmission') return state.answered === 'no' ? step(state) : step(state, respond);
      if (input.type === 'timer' && input.timer === 'trying' && state.answered === 'no') {
        return step({ name: 'proceeding', answered: 'provisionally' }, { type: 'send-trying' });
      }
      return step(state);
    case 'completed':
      if (input.type === 'retransmission') return step(state, respond);
      if (input.type === 'transport-error') return step(terminated, transportFailed);
      if (input.type === 'ack') {
        return step({ name: 'confirmed' }, stopTimer('G'), stopTimer('H'), startTimer('I', reliable ? 0 : timers.t4));
      }
      if (input.type === 'timer' && input.timer === 'G') {
        const intervalMs = Math.min(state.intervalMs * 2, timers.t2);
        return step({ name: 'completed', intervalMs }, respond, startTimer('G', intervalMs));
      }
      return input.type === 'timer' && input.timer === 'H' ? step(terminated, timedOut) : step(state);
    case 'confirmed':
      return input.type === 'timer' && input.timer === 'I' ? step(terminated) : step(state);
    case 'accepted':
      // The transaction user repeats its 2xx until the ACK (13.3.1.4); a repeated INVITE is absorbed.
      if (input.type === 'respond' && input.status >= 200 && input.status < 300) return step(state, respond);
      // The ACK of a 2xx has a branch of its own, but not every peer gives it one.
      if (input.type === 'ack') return step(state, deliver);
      return input.type === 'timer' && input.timer === 'L' ? step(terminated) : step(state);
    case 'terminated':
      return step(state);
  }
}

function onRespond(status: number, { timers, reliable }: Conditions): Step<InviteServerState> {
  const quiet = stopTimer('trying');
  if (status < 200) return step({ name: 'proceeding', answered: 'provisionally' }, quiet, respond);
  if (status < 300) return step({ name: 'accepted' }, quiet, respond, startTimer('L', 64 * timers.t1));
  const repeat = reliable ? [] : [startTimer('G', timers.t1)];
  return step({ name: 'completed', intervalMs: timers.t1 }, quiet, respond, startTimer('H', 64 * timers.t1), ...repeat);
}
