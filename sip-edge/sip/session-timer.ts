/** Session timers (RFC 4028): who refreshes a call, how often, and when it counts as lost. */
import type { CancelTimer, Clock } from '../clock.ts';
import { type Header, headerOf, lists, type SipMessage, type SipRequest } from './message.ts';

export interface SessionInterval {
  readonly seconds: number;
  readonly refresher: 'us' | 'peer';
  /** Whether the call ends without a refresh. Not when the peer has no session timers: it may refuse every refresh and be well. */
  readonly expires: boolean;
}

/** RFC 4028 section 4 recommends half an hour; nothing may be below 90 s. */
const DEFAULT_SECONDS = 1800;
const MIN_SECONDS = 90;
/** A day. Node runs a timer of more than 24.8 days at once. */
const MAX_SECONDS = 86_400;
/** A refused refresh is tried again after this part of the interval: at most five times between its half and its end. */
const RETRY_PART = 0.1;

export type ServerNegotiation =
  | { readonly kind: 'agreed'; readonly interval: SessionInterval; readonly headers: readonly Header[] }
  /** 422 with these headers. */
  | { readonly kind: 'too-small'; readonly headers: readonly Header[] };

/** The answerer's side (section 9). A peer without session timers is refreshed by us. */
export function negotiateInterval(request: SipRequest): ServerNegotiation {
  const asked = sessionExpires(request);
  const supported = lists(request, 'Supported', 'timer') || lists(request, 'Require', 'timer');
  if (supported && asked !== undefined && asked.seconds < MIN_SECONDS) {
    return { kind: 'too-small', headers: [{ name: 'Min-SE', value: String(MIN_SECONDS) }] };
  }
  const seconds = bounded(asked?.seconds ?? Math.max(DEFAULT_SECONDS, minSe(request)));
  const refresher = !supported || asked?.refresher === 'uas' ? 'us' : 'peer';
  return {
    kind: 'agreed',
    interval: { seconds, refresher, expires: supported },
    headers: [
      { name: 'Session-Expires', value: `${seconds};refresher=${refresher === 'us' ? 'uas' : 'uac'}` },
      ...(refresher === 'peer' ? [{ name: 'Require', value: 'timer' }] : []),
    ],
  };
}

/** What a 2xx to our INVITE settled (section 7.2). Without the header the peer has no timers, and we refresh. */
export function agreedInterval(response: SipMessage, asked: number): SessionInterval {
  const answered = sessionExpires(response);
  return {
    seconds: bounded(answered?.seconds ?? asked),
    refresher: answered?.refresher === 'uas' ? 'peer' : 'us',
    expires: answered !== undefined,
  };
}

/** The headers of our INVITE; `refresher` in a call already running keeps the roles. */
export function offeredInterval(interval?: Pick<SessionInterval, 'seconds' | 'refresher'>): readonly Header[] {
  const seconds = interval?.seconds ?? DEFAULT_SECONDS;
  const refresher = interval === undefined ? '' : `;refresher=${interval.refresher === 'us' ? 'uac' : 'uas'}`;
  return [
    { name: 'Supported', value: 'timer' },
    { name: 'Session-Expires', value: `${seconds}${refresher}` },
    { name: 'Min-SE', value: String(MIN_SECONDS) },
  ];
}

/** The interval a 422 asks for, or undefined when it names none that we could take. */
export function intervalAfterRefusal(response: SipMessage): number | undefined {
  const seconds = minSe(response);
  return seconds > DEFAULT_SECONDS && seconds <= MAX_SECONDS ? seconds : undefined;
}

function bounded(seconds: number): number {
  return Math.min(Math.max(seconds, MIN_SECONDS), MAX_SECONDS);
}

function sessionExpires(message: SipMessage): { seconds: number; refresher: string | undefined } | undefined {
  const match = /^(\d{1,9})\s*(?:;.*?refresher\s*=\s*(uac|uas))?/i.exec(headerOf(message, 'Session-Expires') ?? '');
  return match === null ? undefined : { seconds: Number(match[1]), refresher: match[2]?.toLowerCase() };
}

function minSe(message: SipMessage): number {
  const match = /^\d{1,9}/.exec(headerOf(message, 'Min-SE') ?? '');
  return match === null ? 0 : Number(match[0]);
}

interface SessionTimerEvents {
  /** Half the interval has gone and refreshing is ours, or a refused refresh is to be tried again. */
  onRefreshDue(): void;
  /** No refresh came or went through in time (section 10). */
  onExpired(): void;
}

export class SessionTimer {
  readonly #clock: Clock;
  readonly #events: SessionTimerEvents;
  #running: readonly CancelTimer[] = [];
  #interval: SessionInterval | undefined;
  #expiresAtMs = Infinity;

  constructor(clock: Clock, events: SessionTimerEvents) {
    this.#clock = clock;
    this.#events = events;
  }

  /** Begins anew after every successful INVITE. */
  restart(interval: SessionInterval): void {
    this.stop();
    const { seconds, refresher, expires } = interval;
    const expiryMs = (seconds - Math.min(32, seconds / 3)) * 1000;
    this.#interval = interval;
    this.#expiresAtMs = expires ? this.#clock.nowMs() + expiryMs : Infinity;
    if (expires) this.#after(expiryMs, () => this.#events.onExpired());
    if (refresher === 'us') this.#after(seconds * 500, () => this.#events.onRefreshDue());
  }

  /** The peer refused our refresh, though it still knows the call. */
  retry(): void {
    if (this.#interval === undefined) return;
    const { seconds, expires } = this.#interval;
    const delayMs = seconds * 1000 * (expires ? RETRY_PART : 0.5);
    if (this.#clock.nowMs() + delayMs < this.#expiresAtMs) this.#after(delayMs, () => this.#events.onRefreshDue());
  }

  #after(delayMs: number, run: () => void): void {
    this.#running = [...this.#running, this.#clock.after(delayMs, run)];
  }

  stop(): void {
    this.#interval = undefined;
    for (const cancel of this.#running) cancel();
    this.#running = [];
  }
}
