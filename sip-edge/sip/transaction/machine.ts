/**
 * The shape of the four transaction machines of RFC 3261 section 17 (with RFC 6026): pure functions from a state and an input to
 * the next state and effects as data. `run.ts` carries the effects out.
 */

/** RFC 3261 table 4; `trying` is the 200 ms of 17.2.1, L and M are those of RFC 6026. */
export type TimerName = 'A' | 'B' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M' | 'trying';

export interface TransactionTimers {
  /** Estimated round trip, ms. */
  readonly t1: number;
  /** Longest interval between retransmissions, ms. */
  readonly t2: number;
  /** Longest time a message stays in the network, ms. */
  readonly t4: number;
}

export const RFC_TIMERS: TransactionTimers = { t1: 500, t2: 4000, t4: 5000 };

/** Timer D: at least 32 s on unreliable transports (17.1.1.2). */
export const TIMER_D_MS = 32_000;
/** A request is answered within this, or 100 Trying is sent (17.2.1). */
export const TRYING_AFTER_MS = 200;

export type Effect =
  /** The request of a client transaction, first or again. */
  | { readonly type: 'send-request' }
  /** The latest response of a server transaction, first or again. */
  | { readonly type: 'send-response' }
  /** ACK for a non-2xx final response. */
  | { readonly type: 'send-ack' }
  | { readonly type: 'send-trying' }
  /** Gives the message at hand to the transaction user. */
  | { readonly type: 'deliver' }
  | { readonly type: 'timed-out' }
  | { readonly type: 'transport-failed' }
  | { readonly type: 'start-timer'; readonly timer: TimerName; readonly delayMs: number }
  | { readonly type: 'stop-timer'; readonly timer: TimerName };

export interface Step<State> {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/** What the machines depend on besides their state. */
export interface Conditions {
  readonly timers: TransactionTimers;
  readonly reliable: boolean;
}

export interface Terminated {
  readonly name: 'terminated';
}

export const terminated: Terminated = { name: 'terminated' };

export function step<State>(state: State, ...effects: readonly Effect[]): Step<State> {
  return { state, effects };
}

export function startTimer(timer: TimerName, delayMs: number): Effect {
  return { type: 'start-timer', timer, delayMs };
}

export function stopTimer(timer: TimerName): Effect {
  return { type: 'stop-timer', timer };
}

export const send = { type: 'send-request' } as const;
export const respond = { type: 'send-response' } as const;
export const acknowledge = { type: 'send-ack' } as const;
export const deliver = { type: 'deliver' } as const;
export const timedOut = { type: 'timed-out' } as const;
export const transportFailed = { type: 'transport-failed' } as const;
