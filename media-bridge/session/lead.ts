import { FRAME_MS } from '#core/audio/pcm';
import type { SentFrame } from './clause.ts';

/**
 * How far ahead of the caller's ear audio is sent, in frames. Enough to ride out a late timer here and the network's jitter; little enough that
 * what has been heard is known, and that an interruption has little to take back.
 */
const LEAD_FRAMES = 5;

/**
 * Frames on their way to the caller's ear. Their telephone plays each from when it came, or from when those before it are over: by that, and not by how
 * many beats came since, it is known what they have heard.
 */
export class Lead {
  #frames: SentFrame[] = [];
  /** When each of them has been heard to its end. */
  #endsMs: number[] = [];
  #lastEndsMs = -Infinity;

  get isEmpty(): boolean {
    return this.#frames.length === 0;
  }

  get hasRoom(): boolean {
    return this.#frames.length < LEAD_FRAMES;
  }

  sent(frame: SentFrame, nowMs: number): void {
    this.#lastEndsMs = Math.max(this.#lastEndsMs, nowMs) + FRAME_MS;
    this.#frames.push(frame);
    this.#endsMs.push(this.#lastEndsMs);
  }

  /** Takes out what the caller has heard until then. The last of it. */
  heardBy(ms: number): SentFrame | undefined {
    let last: SentFrame | undefined;
    while ((this.#endsMs[0] ?? Infinity) <= ms) {
      this.#endsMs.shift();
      last = this.#frames.shift();
      last?.clause.frameHeard(last.index);
    }
    return last;
  }

  /** Nothing of it will be heard any more. The first that was not, if there was any. */
  takeBack(nowMs: number): SentFrame | undefined {
    this.heardBy(nowMs);
    const [first] = this.#frames;
    this.#frames = [];
    this.#endsMs = [];
    this.#lastEndsMs = -Infinity;
    return first;
  }
}
