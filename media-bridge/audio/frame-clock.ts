import { FRAME_MS } from '#core/audio/pcm';
import type { Clock } from '#core/ports/clock';

/** After a stall longer than this the beats that were missed are left out, but for the last: there is enough to catch up with. */
const CATCH_UP_MAX_TICKS = 5;

/** `dueMs`: when the beat was due, by the monotonic clock. It may come later, and after a stall some come at once. */
type Listener = (dueMs: number) => void;

/**
 * One beat of 20 ms for all calls of the process. Each beat is due at a multiple of 20 ms from the start, so that a late timer delays one
 * beat and not all that follow.
 */
export class FrameClock {
  readonly #clock: Clock;
  readonly #listeners = new Set<Listener>();
  #timer: NodeJS.Timeout | undefined;
  #nextDueMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs only while somebody listens. The returned function stops listening. */
  onTick(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#timer === undefined) {
      this.#nextDueMs = this.#clock.monotonicMs() + FRAME_MS;
      this.#arm();
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  /**
   * Whoever works on something that there may be much of asks between two pieces of it: timers wait until everything that has come in is read, and a
   * hundred calls' frames come in at once.
   */
  catchUp(): void {
    if (this.#timer !== undefined && this.#nextDueMs <= this.#clock.monotonicMs()) this.#beat();
  }

  #arm(): void {
    // Somebody may have begun to listen in the middle of a beat.
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#beat(), Math.max(0, this.#nextDueMs - this.#clock.monotonicMs()));
  }

  #beat(): void {
    const lateMs = this.#clock.monotonicMs() - this.#nextDueMs;
    if (lateMs > CATCH_UP_MAX_TICKS * FRAME_MS) this.#nextDueMs += Math.floor(lateMs / FRAME_MS) * FRAME_MS;
    while (this.#nextDueMs <= this.#clock.monotonicMs()) {
      const dueMs = this.#nextDueMs;
      this.#nextDueMs += FRAME_MS;
      for (const listener of this.#listeners) listener(dueMs);
    }
    if (this.#listeners.size > 0) this.#arm();
  }
}
