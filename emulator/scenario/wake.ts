/** Lets many waiters look again whenever anything has happened: conditions are read, not pushed. */
export class Wake {
  readonly #waiters = new Set<() => void>();

  notify(): void {
    for (const waiter of [...this.#waiters]) waiter();
  }

  /** The first value of `check` that is not `undefined`; rejects with the signal's reason when it aborts first. */
  until<T>(check: () => T | undefined, signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#waiters.delete(look);
        signal.removeEventListener('abort', abort);
      };
      const abort = (): void => {
        stop();
        reject(signal.reason instanceof Error ? signal.reason : new Error('stopped'));
      };
      const look = (): void => {
        const value = check();
        if (value === undefined) return;
        stop();
        resolve(value);
      };
      if (signal.aborted) {
        abort();
        return;
      }
      signal.addEventListener('abort', abort);
      this.#waiters.add(look);
      look();
    });
  }
}
