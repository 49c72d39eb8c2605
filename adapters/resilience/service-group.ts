import type { Clock } from '#core/ports/clock';
import { PortError, type PortName } from '#core/ports/error';
import { asked, closedBreaker, failed, isFailing, orderOf, undecided, type Breaker } from '#core/resilience/breaker';
import { someSpareRequests, withoutSpareRequest, withQuestion } from '#core/resilience/spare-requests';
import type { Log } from '../logging/logger.ts';

/** A key, an identity or a deployment that is wrong: the service's own trouble, which another does not share. */
const BROKEN = new Set([401, 403, 404]);

/** Whether an error speaks of the service and not of what was asked. */
export function isServiceFailure(error: unknown): error is PortError {
  return error instanceof PortError && (error.retryable || (error.status !== undefined && BROKEN.has(error.status)));
}

/** Equal services in the order they are preferred, and what all calls of this process know of how they are. */
export class ServiceGroup {
  readonly #breakers: Breaker[];
  readonly #port: PortName;
  readonly #clock: Clock;
  readonly #log: Log;
  #spare = someSpareRequests;

  constructor(size: number, port: PortName, clock: Clock, log: Log) {
    this.#breakers = Array.from({ length: size }, () => closedBreaker);
    this.#port = port;
    this.#clock = clock;
    this.#log = log;
  }

  /** None of them is worth asking, and not by bad luck. */
  isFailing(): boolean {
    const nowMs = this.#clock.monotonicMs();
    return this.#breakers.every((breaker) => isFailing(breaker, nowMs));
  }

  /** Places of the services one question may go to, one after the other. A single one may be asked once more. */
  tries(): number[] {
    this.#spare = withQuestion(this.#spare);
    return this.#breakers.length === 1 ? [0, 0] : orderOf(this.#breakers, this.#clock.monotonicMs());
  }

  /** Whether a service may be asked beside one that is silent. Another always; the same one not by everybody. */
  mayAskBeside(place: number | undefined, silent: number): boolean {
    if (place !== silent) return true;
    const spare = withoutSpareRequest(this.#spare);
    this.#spare = spare ?? this.#spare;
    return spare !== undefined;
  }

  asked(place: number, insteadOf: { readonly place: number; readonly error: unknown } | undefined): void {
    this.#change(place, asked(this.#at(place), this.#clock.monotonicMs()));
    if (insteadOf === undefined) return;
    this.#log.warn(
      {
        port: this.#port,
        service: nameOf(place),
        insteadOf: nameOf(insteadOf.place),
        ...(insteadOf.error === undefined ? { silent: true } : { err: insteadOf.error }),
      },
      insteadOf.place === place ? 'asked the service again' : 'asked another service',
    );
  }

  answered(place: number): void {
    if (this.#at(place).state !== 'closed') this.#tell(place, 'service is back');
    this.#change(place, closedBreaker);
  }

  /** Also by being slower than another. An error that is not the service's own changes nothing, nor does an empty reply: another question has another. */
  failed(place: number, error?: unknown): void {
    if (error !== undefined && (!isServiceFailure(error) || error.code === 'empty_reply')) {
      this.undecided(place);
      return;
    }
    const before = this.#at(place);
    const nowMs = this.#clock.monotonicMs();
    const after = failed(before, nowMs, error?.retryAfterMs);
    this.#change(place, after);
    if (after === before || after.state !== 'resting') return;
    this.#tell(place, 'service rests', { restMs: Math.round(after.untilMs - nowMs), failures: after.failures });
  }

  /** Nobody answered in time. */
  silence(): PortError {
    return new PortError(this.#port, 'no service answered in time', { retryable: true, code: 'silent' });
  }

  undecided(place: number): void {
    this.#change(place, undecided(this.#at(place), this.#clock.monotonicMs()));
  }

  #at(place: number): Breaker {
    return this.#breakers[place] ?? closedBreaker;
  }

  #change(place: number, breaker: Breaker): void {
    this.#breakers[place] = breaker;
  }

  /** A service that has no other beside it is asked in any case: nothing to tell. */
  #tell(place: number, message: string, more: object = {}): void {
    if (this.#breakers.length > 1) this.#log.warn({ port: this.#port, service: nameOf(place), ...more }, message);
  }
}

function nameOf(place: number): string {
  return place === 0 ? 'primary' : place === 1 ? 'secondary' : `number ${place + 1}`;
}
