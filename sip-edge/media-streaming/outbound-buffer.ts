/** Streamed audio waiting to be played: takes any amount at any pace, gives 20 ms a tick, and forgets all on StopAudio. */
import { FRAME_MS, FRAME_SAMPLES } from '../audio/frames.ts';

/** A burst is not started before this much is there, or this many ticks have passed: it hides the sender's jitter. */
const START_FRAMES = 2;

export class OutboundBuffer {
  readonly #limitSamples: number;
  #chunks: Int16Array[] = [];
  #length = 0;
  /** Ticks since the first sample of a burst came; undefined while the burst plays. */
  #waitedTicks: number | undefined = 0;

  constructor(limitMs: number) {
    this.#limitSamples = (limitMs / FRAME_MS) * FRAME_SAMPLES;
  }

  get bufferedMs(): number {
    return (this.#length / FRAME_SAMPLES) * FRAME_MS;
  }

  /** Returns how many samples did not fit and were dropped. */
  push(samples: Int16Array): number {
    const kept = samples.subarray(0, Math.max(0, this.#limitSamples - this.#length));
    if (kept.length > 0) {
      this.#chunks.push(kept);
      this.#length += kept.length;
    }
    return samples.length - kept.length;
  }

  /** One frame, the last of a burst filled up with silence; undefined when there is nothing to play. */
  pull(): Int16Array | undefined {
    if (this.#length === 0) {
      this.#waitedTicks = 0;
      return undefined;
    }
    if (this.#waitedTicks !== undefined) {
      if (this.#length < START_FRAMES * FRAME_SAMPLES && this.#waitedTicks < START_FRAMES) {
        this.#waitedTicks += 1;
        return undefined;
      }
      this.#waitedTicks = undefined;
    }
    return this.#take();
  }

  clear(): void {
    this.#chunks = [];
    this.#length = 0;
    this.#waitedTicks = 0;
  }

  #take(): Int16Array {
    const frame = new Int16Array(FRAME_SAMPLES);
    let filled = 0;
    let used = 0;
    for (const [index, chunk] of this.#chunks.entries()) {
      const part = chunk.subarray(0, FRAME_SAMPLES - filled);
      frame.set(part, filled);
      filled += part.length;
      if (part.length < chunk.length) {
        this.#chunks[index] = chunk.subarray(part.length);
        break;
      }
      used = index + 1;
      if (filled === FRAME_SAMPLES) break;
    }
    this.#chunks.splice(0, used);
    this.#length -= filled;
    return frame;
  }
}
