import { FRAME_MS } from '../services/marks.ts';

/** Slots of one millisecond: callers of a real front are not in step with each other. */
const SLOTS = FRAME_MS;

/**
 * Beats every 20 ms for each of many callers, spread evenly over those 20 ms. Beats are due at multiples of a millisecond from the start: a late
 * one does not delay those that follow.
 */
export class FrameWheel {
  readonly #slots: readonly Set<() => void>[] = Array.from({ length: SLOTS }, () => new Set<() => void>());
  readonly #startedMs = performance.now();
  readonly #lateMs: number[] = [];
  #doneMs = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `place` of `of` says where in the 20 ms. */
  add(beat: () => void, place: number, of: number): () => void {
    const slot = this.#slots[Math.floor((place * SLOTS) / Math.max(1, of)) % SLOTS];
    slot?.add(beat);
    if (this.#timer === undefined) {
      this.#doneMs = Math.floor(performance.now() - this.#startedMs);
      this.#arm();
    }
    return () => slot?.delete(beat);
  }

  /** How late each beat was since this was last read, in milliseconds: the lateness of the measuring process itself. */
  takeLateness(): number[] {
    return this.#lateMs.splice(0);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const slot of this.#slots) slot.clear();
  }

  #arm(): void {
    this.#timer = setTimeout(() => {
      this.#turn();
      if (this.#timer !== undefined) this.#arm();
    }, 1);
  }

  #turn(): void {
    const nowMs = performance.now() - this.#startedMs;
    while (this.#doneMs < Math.floor(nowMs)) {
      this.#doneMs += 1;
      const slot = this.#slots[this.#doneMs % SLOTS];
      if (slot === undefined || slot.size === 0) continue;
      this.#lateMs.push(performance.now() - this.#startedMs - this.#doneMs);
      for (const beat of slot) beat();
    }
  }
}
