/** Plays and recognitions of one call, one at a time in the order asked (acs-facts 8: they exclude each other). */
import type { CallEvent } from '../callbacks/events.ts';

export interface MediaOperation {
  /** Resolves with the event that reports the end; `signal` aborts it, and then its event is `canceled`. Never rejects. */
  perform(signal: AbortSignal): Promise<CallEvent>;
  readonly canceled: CallEvent;
  report(event: CallEvent): void;
}

/** Waiting operations beyond the one under way: a caller will not listen longer than this. */
const MAX_WAITING = 20;

export class MediaOperations {
  #waiting: MediaOperation[] = [];
  #current: { readonly operation: MediaOperation; readonly abort: AbortController } | undefined;

  /** False when too many wait already. */
  add(operation: MediaOperation): boolean {
    if (this.#waiting.length >= MAX_WAITING) return false;
    this.#waiting.push(operation);
    this.#startNext();
    return true;
  }

  /** Ends the one under way and forgets the waiting ones; each reports its cancellation. */
  cancelAll(): void {
    const cancelled = this.#waiting;
    this.#waiting = [];
    this.#current?.abort.abort();
    for (const operation of cancelled) operation.report(operation.canceled);
  }

  #startNext(): void {
    if (this.#current !== undefined) return;
    const operation = this.#waiting.shift();
    if (operation === undefined) return;
    const abort = new AbortController();
    this.#current = { operation, abort };
    abort.signal.addEventListener('abort', () => {
      operation.report(operation.canceled);
      this.#finish(operation);
    });
    void operation.perform(abort.signal).then((event) => {
      if (abort.signal.aborted) return;
      operation.report(event);
      this.#finish(operation);
    });
  }

  #finish(operation: MediaOperation): void {
    if (this.#current?.operation !== operation) return;
    this.#current = undefined;
    this.#startNext();
  }
}
