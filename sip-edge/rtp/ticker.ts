/** One 20 ms beat for all legs, held to the monotonic clock, so that sound neither drifts nor bunches. */
import type { CancelTimer, Clock } from '../clock.ts';

const TICK_MS = 20;
/** After a stall the missed beats follow at half the interval, not all at once. */
const CATCH_UP_MS = 10;
/** A longer stall is not caught up with: the sound of that time is gone. */
const MAX_BEHIND_MS = 200;

interface TickMember {
  /** Runs for every member before `send` runs for any: what one leg hears can leave on another in the same beat. */
  receive(): void;
  /** `skippedTicks` is how many beats were left out before this one. */
  send(skippedTicks: number): void;
  /** Gets what either of them throws; the other members are not disturbed. */
  failed(error: unknown): void;
}

export class Ticker {
  readonly #clock: Clock;
  readonly #members = new Set<TickMember>();
  #dueMs = 0;
  #lastMs = 0;
  #cancel: CancelTimer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  /** Begins with the next beat. The returned function takes the member out again. */
  add(member: TickMember): () => void {
    this.#members.add(member);
    if (this.#cancel === undefined) {
      this.#lastMs = this.#clock.nowMs();
      this.#dueMs = this.#lastMs + TICK_MS;
      this.#schedule();
    }
    return () => {
      this.#members.delete(member);
      if (this.#members.size === 0) this.close();
    };
  }

  close(): void {
    this.#members.clear();
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #schedule(): void {
    const atMs = Math.max(this.#dueMs, this.#lastMs + CATCH_UP_MS);
    this.#cancel = this.#clock.after(Math.max(0, atMs - this.#clock.nowMs()), () => this.#tick());
  }

  #tick(): void {
    this.#lastMs = this.#clock.nowMs();
    const behindMs = this.#lastMs - this.#dueMs;
    const skipped = behindMs > MAX_BEHIND_MS ? Math.floor(behindMs / TICK_MS) : 0;
    this.#dueMs += (skipped + 1) * TICK_MS;
    const members = [...this.#members];
    for (const member of members) this.#guard(member, () => member.receive());
    for (const member of members) if (this.#members.has(member)) this.#guard(member, () => member.send(skipped));
    if (this.#members.size > 0) this.#schedule();
  }

  #guard(member: TickMember, run: () => void): void {
    try {
      run();
    } catch (error) {
      member.failed(error);
    }
  }
}
