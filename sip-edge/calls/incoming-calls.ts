/** Calls that ring: announced through Event Grid, held by their context until the application decides, or the ring ends. */
import { randomUUID } from 'node:crypto';
import type { CallHeaders, RingingLeg, Unsubscribe } from '../leg.ts';
import type { Log } from '../log.ts';
import type { SettingsStore } from '../settings.ts';
import { tracedRinging } from '../telemetry/legs.ts';
import type { Traces } from '../telemetry/traces.ts';

/** SIP 480 Temporarily Unavailable: nobody took the call (README: guess). */
const NOT_ANSWERED = 480;
/** Contexts that are used up, remembered to tell an old one from a forged one. */
const MAX_SPENT_CONTEXTS = 1000;

export interface IncomingCall {
  readonly leg: RingingLeg;
  readonly correlationId: string;
  readonly serverCallId: string;
}

/** What the Event Grid side announces. */
export interface CallOffer {
  /** E.164 with `+`, undefined for an anonymous caller. */
  readonly from: string | undefined;
  /** E.164 with `+`. */
  readonly to: string;
  readonly displayName: string;
  readonly headers: CallHeaders;
  readonly serverCallId: string;
  readonly correlationId: string;
  readonly incomingCallContext: string;
}

type TakenCall =
  | { readonly kind: 'taken'; readonly call: IncomingCall }
  /** Its time is over. */
  | { readonly kind: 'expired' }
  /** Used already, given up by the caller, or never issued. */
  | { readonly kind: 'gone' };

interface IncomingCallServices {
  readonly settings: SettingsStore;
  readonly log: Log;
  readonly traces: Traces;
  readonly makeContext: () => Promise<string>;
  readonly makeServerCallId: () => string;
  /** False when nobody has subscribed to incoming calls. */
  readonly announce: (offer: CallOffer) => boolean;
}

interface Ringing {
  readonly call: IncomingCall;
  readonly stopListening: Unsubscribe;
  readonly timers: readonly NodeJS.Timeout[];
}

export class IncomingCalls {
  readonly #services: IncomingCallServices;
  readonly #ringing = new Map<string, Ringing>();
  readonly #expired = new Set<string>();
  #accepting = true;

  constructor(services: IncomingCallServices) {
    this.#services = services;
  }

  get count(): number {
    return this.#ringing.size;
  }

  async offer(ringing: RingingLeg): Promise<void> {
    const { log, makeContext, makeServerCallId, announce, traces } = this.#services;
    const correlationId = randomUUID();
    const leg = tracedRinging(ringing, correlationId, traces);
    leg.ring();
    const call: IncomingCall = { leg, correlationId, serverCallId: makeServerCallId() };
    const incomingCallContext = await makeContext();
    if (!this.#accepting) {
      leg.refuse(NOT_ANSWERED);
      return;
    }
    log.info({ sipCallId: leg.sipCallId, trunk: leg.trunk, correlationId: call.correlationId }, 'incoming call');
    // The listener is called at once for a caller who gave up while the context was made: then nobody is told of the call.
    const cancelled = new AbortController();
    const stopListening = leg.onCancelled(() => {
      cancelled.abort();
      log.info({ correlationId: call.correlationId, by: 'caller' }, 'call ended');
      this.#forget(incomingCallContext);
    });
    if (cancelled.signal.aborted) return;
    this.#ringing.set(incomingCallContext, { call, stopListening, timers: this.#startTimers(incomingCallContext) });
    const { from, to, displayName, headers } = leg;
    const { serverCallId } = call;
    if (!announce({ from, to, displayName, headers, serverCallId, correlationId, incomingCallContext })) {
      log.warn({ correlationId }, 'incoming call without an event subscription');
      this.#giveUp(incomingCallContext);
    }
  }

  /** Single use: whoever takes the call must answer, redirect or refuse its leg. */
  take(incomingCallContext: string): TakenCall {
    if (this.#expired.has(incomingCallContext)) return { kind: 'expired' };
    const ringing = this.#forget(incomingCallContext);
    return ringing === undefined ? { kind: 'gone' } : { kind: 'taken', call: ringing.call };
  }

  close(): void {
    this.#accepting = false;
    for (const context of [...this.#ringing.keys()]) this.#giveUp(context);
  }

  #startTimers(context: string): readonly NodeJS.Timeout[] {
    const { ringTimeoutMs, contextLifetimeMs } = this.#services.settings.current;
    const ring = setTimeout(() => {
      this.#giveUp(context);
    }, ringTimeoutMs);
    if (contextLifetimeMs >= ringTimeoutMs) return [ring];
    const lifetime = setTimeout(() => {
      this.#rememberExpired(context);
    }, contextLifetimeMs);
    return [ring, lifetime];
  }

  #giveUp(context: string): void {
    const ringing = this.#forget(context);
    if (ringing === undefined) return;
    this.#rememberExpired(context);
    ringing.call.leg.refuse(NOT_ANSWERED);
    this.#services.log.info({ correlationId: ringing.call.correlationId, by: 'ring-timeout' }, 'call ended');
  }

  #forget(context: string): Ringing | undefined {
    const ringing = this.#ringing.get(context);
    if (ringing === undefined) return undefined;
    this.#ringing.delete(context);
    for (const timer of ringing.timers) clearTimeout(timer);
    ringing.stopListening();
    return ringing;
  }

  #rememberExpired(context: string): void {
    this.#expired.add(context);
    const [oldest] = this.#expired;
    if (this.#expired.size > MAX_SPENT_CONTEXTS && oldest !== undefined) this.#expired.delete(oldest);
  }
}
