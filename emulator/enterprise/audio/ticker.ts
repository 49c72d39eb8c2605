import { FRAME_MS } from './resample.ts';

/** After a stall of the machine the rest is skipped: a burst of a second of audio would drown the peer's jitter buffer. */
const CATCH_UP_TICKS = 5;

/** One clock for every call of the process: 20 ms ticks that do not drift, running only while somebody listens. */
export class Ticker {
  readonly #listeners = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #nextAtMs = 0;

  /** Calls `listener` each tick; the returned function stops it. */
  add(listener: () => void): () => void {
    this.#listeners.add(listener);
    if (this.#timer === undefined) {
      this.#nextAtMs = performance.now() + FRAME_MS;
      this.#schedule();
    }
    return () => this.#remove(listener);
  }

  #remove(listener: () => void): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    this.#timer = setTimeout(() => this.#run(), Math.max(0, this.#nextAtMs - performance.now()));
  }

  #run(): void {
    const now = performance.now();
    const due = Math.floor((now - this.#nextAtMs) / FRAME_MS) + 1;
    for (let tick = 0; tick < Math.min(due, CATCH_UP_TICKS); tick += 1) {
      for (const listener of [...this.#listeners]) listener();
    }
    this.#nextAtMs += Math.max(due, 0) * FRAME_MS;
    if (this.#listeners.size > 0) this.#schedule();
  }
}
