import { FRAME_MS } from '#core/audio/pcm';

/**
 * Finds out that a socket stays open and nothing of the caller comes through it any more: nobody else would. Counted in beats of the frame clock, not by the
 * time of day: a process that stalls has no beats either, and what came meanwhile is read before the next one.
 */
export class FrameGap {
  readonly #limitBeats: number;
  readonly #onGap: () => void;
  /** Since the last frame; not counted before the first one, and while the stream may be paused on purpose. */
  #beats: number | 'not counted' = 'not counted';
  #isAwaitingTransfer = false;

  /** `timeoutMs` without a frame is a gap; 0: nothing is. `onGap` is called once, unless frames come again and stop again. */
  constructor(timeoutMs: number, onGap: () => void) {
    this.#limitBeats = timeoutMs === 0 ? Infinity : Math.ceil(timeoutMs / FRAME_MS);
    this.#onGap = onGap;
  }

  /** While the SBC connects the caller to somebody it may hold our leg, and what the front sends then is nobody's promise. */
  set awaitingTransfer(awaiting: boolean) {
    this.#isAwaitingTransfer = awaiting;
    if (awaiting) this.#beats = 'not counted';
  }

  /** Audio has come, whatever is in it. */
  frame(): void {
    if (!this.#isAwaitingTransfer) this.#beats = 0;
  }

  /** A beat of the frame clock. */
  tick(): void {
    if (this.#beats === 'not counted') return;
    this.#beats += 1;
    if (this.#beats < this.#limitBeats) return;
    this.#beats = 'not counted';
    this.#onGap();
  }
}
