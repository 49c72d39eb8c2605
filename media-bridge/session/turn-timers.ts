import type { TimerName } from '#core/conversation/input';

/** The named timers of one conversation: starting one again restarts it. */
export class TurnTimers {
  readonly #onFired: (timer: TimerName) => void;
  readonly #running = new Map<TimerName, NodeJS.Timeout>();

  constructor(onFired: (timer: TimerName) => void) {
    this.#onFired = onFired;
  }

  start(timer: TimerName, ms: number): void {
    this.stop(timer);
    this.#running.set(
      timer,
      setTimeout(() => {
        this.#running.delete(timer);
        this.#onFired(timer);
      }, ms),
    );
  }

  stop(timer: TimerName): void {
    clearTimeout(this.#running.get(timer));
    this.#running.delete(timer);
  }

  close(): void {
    for (const timer of [...this.#running.keys()]) this.stop(timer);
  }
}
