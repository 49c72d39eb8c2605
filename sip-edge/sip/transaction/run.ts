/** Carries out the effects of a transaction machine: keeps its state and its timers, and ends both together. */
import type { CancelTimer, Clock } from '../../clock.ts';
import type { Effect, Step, TimerName } from './machine.ts';

interface Running<Input> {
  /** Name of the state the machine is in. */
  readonly state: () => string;
  /** Inputs that come from within an effect wait for their turn. */
  readonly input: (input: Input) => void;
  /** Ends the transaction without a word; idempotent. */
  readonly end: () => void;
}

interface RunOptions<State extends { readonly name: string }, Input> {
  readonly first: Step<State>;
  readonly next: (state: State, input: Input) => Step<State>;
  readonly timerFired: (timer: TimerName) => Input;
  readonly clock: Clock;
  /** Every effect but those on timers. */
  readonly perform: (effect: Exclude<Effect, { readonly type: 'start-timer' | 'stop-timer' }>) => void;
  readonly onTerminated: () => void;
}

export function runTransaction<State extends { readonly name: string }, Input>(
  options: RunOptions<State, Input>,
): Running<Input> {
  const timers = new Map<TimerName, CancelTimer>();
  const inbox: Input[] = [];
  let state = options.first.state;
  let phase: 'idle' | 'busy' | 'ended' = 'idle';

  const stop = (timer: TimerName): void => {
    timers.get(timer)?.();
    timers.delete(timer);
  };

  const end = (): void => {
    if (phase === 'ended') return;
    phase = 'ended';
    for (const cancel of timers.values()) cancel();
    timers.clear();
    options.onTerminated();
  };

  const perform = (effect: Effect): void => {
    if (effect.type === 'stop-timer') stop(effect.timer);
    else if (effect.type === 'start-timer') {
      stop(effect.timer);
      timers.set(
        effect.timer,
        options.clock.after(effect.delayMs, () => {
          timers.delete(effect.timer);
          input(options.timerFired(effect.timer));
        }),
      );
    } else options.perform(effect);
  };

  const take = ({ state: next, effects }: Step<State>): void => {
    state = next;
    for (const effect of effects) perform(effect);
    if (state.name === 'terminated') end();
  };

  const drain = (step: Step<State>): void => {
    phase = 'busy';
    take(step);
    for (let waiting = inbox.shift(); waiting !== undefined && !isEnded(); waiting = inbox.shift()) {
      take(options.next(state, waiting));
    }
    if (!isEnded()) phase = 'idle';
  };
  const isEnded = (): boolean => phase === 'ended';

  const input = (value: Input): void => {
    if (phase === 'ended') return;
    if (phase === 'busy') inbox.push(value);
    else drain(options.next(state, value));
  };

  drain(options.first);
  return { state: () => state.name, input, end };
}
