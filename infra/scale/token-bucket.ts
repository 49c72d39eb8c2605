/** So much a second, and a little at once. What is asked for beyond it is refused. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #most: number;
  #left: number;
  #filledAtMs = 0;

  /** `burstSeconds`: what was not used in so many seconds can still be. */
  constructor(perSecond: number, burstSeconds: number) {
    this.#perSecond = perSecond;
    this.#most = perSecond * burstSeconds;
    this.#left = this.#most;
  }

  /** How much of it is given. */
  take(amount: number, nowMs: number): number {
    if (!Number.isFinite(this.#perSecond)) return amount;
    this.#left = Math.min(this.#most, this.#left + (this.#perSecond * (nowMs - this.#filledAtMs)) / 1000);
    this.#filledAtMs = nowMs;
    const given = Math.min(amount, this.#left);
    this.#left -= given;
    return given;
  }
}

/** So many a second, one after the other: how long one more waits. */
export class Queue {
  #freeAtMs = 0;

  /** Milliseconds from now until it is its turn. */
  waitMs(perSecond: number, nowMs: number): number {
    const startMs = Math.max(nowMs, this.#freeAtMs);
    this.#freeAtMs = startMs + 1000 / perSecond;
    return startMs - nowMs;
  }
}
