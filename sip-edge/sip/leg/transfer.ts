/** One REFER and what becomes of it (RFC 3515), told by NOTIFYs that may come before or after the 202. */
import type { CancelTimer, Clock } from '../../clock.ts';
import type { ReferResult } from '../../leg.ts';
import { headerOf, type SipRequest } from '../message.ts';

/** acs-facts 5.2. */
const TRANSFER_TIMEOUT_MS = 60_000;

type State = 'asked' | 'accepted' | 'settled';

export class Transfer {
  readonly result: Promise<ReferResult>;
  readonly #resolve: (result: ReferResult) => void;
  readonly #onAccepted: () => void;
  readonly #cancelTimeout: CancelTimer;
  readonly #signal: AbortSignal;
  readonly #giveUp = (): void => this.#settle({ kind: 'timeout' });
  #state: State = 'asked';

  constructor(onAccepted: () => void, clock: Clock, signal: AbortSignal) {
    const { promise, resolve } = Promise.withResolvers<ReferResult>();
    this.result = promise;
    this.#resolve = resolve;
    this.#onAccepted = onAccepted;
    this.#signal = signal;
    this.#cancelTimeout = clock.after(TRANSFER_TIMEOUT_MS, this.#giveUp);
    if (signal.aborted) this.#giveUp();
    else signal.addEventListener('abort', this.#giveUp, { once: true });
  }

  get settled(): boolean {
    return this.#state === 'settled';
  }

  /** The final response to the REFER. A NOTIFY that came before it has said already that it was accepted. */
  answered(status: number): void {
    if (status < 300) this.#accept();
    else if (this.#state === 'asked') this.#settle({ kind: 'refused', status });
  }

  /** A NOTIFY of the implicit subscription; one after the outcome changes nothing. */
  notified(notify: SipRequest): void {
    this.#accept();
    const status = sipfragStatus(notify.body);
    if (status !== undefined && status >= 300) this.#settle({ kind: 'failed', status });
    else if (status !== undefined && status >= 200) this.#settle({ kind: 'completed' });
    // Ended without an outcome: none will come any more.
    else if (/^\s*terminated/i.test(headerOf(notify, 'Subscription-State') ?? '')) this.#giveUp();
  }

  /** The leg is over. After our own BYE the NOTIFYs still come (RFC 5057); after the peer's there is nothing more to wait for. */
  legEnded(by: 'peer' | 'us' | 'network'): void {
    if (by === 'us') return;
    if (by === 'network') this.#giveUp();
    else this.#settle(this.#state === 'accepted' ? { kind: 'peer-left' } : { kind: 'refused', status: 481 });
  }

  #accept(): void {
    if (this.#state !== 'asked') return;
    this.#state = 'accepted';
    this.#onAccepted();
  }

  #settle(result: ReferResult): void {
    if (this.#state === 'settled') return;
    this.#state = 'settled';
    this.#cancelTimeout();
    this.#signal.removeEventListener('abort', this.#giveUp);
    this.#resolve(result);
  }
}

/** The status of a `message/sipfrag` body (RFC 3420). */
export function sipfragStatus(body: string): number | undefined {
  const status = /^\s*SIP\/2\.0 ([1-6]\d\d)(?:\s|$)/i.exec(body)?.[1];
  return status === undefined ? undefined : Number(status);
}
