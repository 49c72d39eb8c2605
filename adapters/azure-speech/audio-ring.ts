/** The end of a stream of samples, as much as there is room for. Places are counted from the stream's first sample. */
export class AudioRing {
  readonly #samples: Int16Array;
  #written = 0;

  constructor(capacity: number) {
    this.#samples = new Int16Array(capacity);
  }

  /** How many samples were written so far. */
  get written(): number {
    return this.#written;
  }

  get capacity(): number {
    return this.#samples.length;
  }

  /** No more than the capacity at once. */
  write(pcm: Int16Array): void {
    const at = this.#written % this.capacity;
    const first = Math.min(pcm.length, this.capacity - at);
    if (first === pcm.length) this.#samples.set(pcm, at);
    else {
      this.#samples.set(pcm.subarray(0, first), at);
      this.#samples.set(pcm.subarray(first), 0);
    }
    this.#written += pcm.length;
  }

  /** Fills `target` with what was written at `from` and after; silence where that has given way to newer samples. */
  read(target: Int16Array, from: number): void {
    const gone = Math.min(target.length, Math.max(0, this.#written - this.capacity - from));
    target.fill(0, 0, gone);
    for (let filled = gone; filled < target.length;) {
      const at = (from + filled) % this.capacity;
      const part = this.#samples.subarray(at, at + target.length - filled);
      target.set(part, filled);
      filled += part.length;
    }
  }
}
