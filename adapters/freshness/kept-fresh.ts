import { noLongerThan } from '#core/no-longer-than';
import type { Clock } from '#core/ports/clock';

export interface KeptFreshOptions {
  readonly clock: Clock;
  /** Younger than this, a value is given as it is. Older, it is read again behind the asker's back; a read that failed is tried again after as long. */
  readonly freshMs: number;
  /** Older than this, the asker waits for the new one. */
  readonly staleMs: number;
  /** How long an asker waits at most. */
  readonly waitMaxMs: number;
  /** And how long while nothing was ever read; left out: as long. */
  readonly firstWaitMaxMs?: number;
  readonly readBudgetMs: number;
  /** Once for a row of failures. */
  readonly onFailure: (error: unknown) => void;
}

type LastRead = { readonly result: 'none' | 'read' } | { readonly result: 'failed'; readonly atMs: number };

/**
 * A value read elsewhere, kept here: asked often it costs nobody any time and is a little old; asked seldom the asker waits, for a bounded time, and
 * not at all while reading fails. Never throws.
 */
export class KeptFresh<Value> {
  readonly #read: (signal: AbortSignal) => Promise<Value>;
  readonly #options: KeptFreshOptions;
  #known: { readonly value: Value; readonly atMs: number } | undefined;
  #lastRead: LastRead = { result: 'none' };
  #running: Promise<void> | undefined;

  constructor(read: (signal: AbortSignal) => Promise<Value>, options: KeptFreshOptions) {
    this.#read = read;
    this.#options = options;
  }

  /** The last value that could be read; `undefined` while none could. */
  async current(): Promise<Value | undefined> {
    const { clock, freshMs, staleMs } = this.#options;
    const ageMs = this.#known === undefined ? Infinity : clock.monotonicMs() - this.#known.atMs;
    if (ageMs <= freshMs) return this.#known?.value;
    const last = this.#lastRead;
    if (last.result === 'failed' && clock.monotonicMs() - last.atMs <= freshMs) return this.#known?.value;
    this.#running ??= this.#refresh();
    if (ageMs > staleMs && last.result !== 'failed') await this.#waitFor(this.#running);
    return this.#known?.value;
  }

  async #refresh(): Promise<void> {
    const { clock, onFailure, readBudgetMs } = this.#options;
    try {
      const value = await this.#read(AbortSignal.timeout(readBudgetMs));
      this.#known = { value, atMs: clock.monotonicMs() };
      this.#lastRead = { result: 'read' };
    } catch (error) {
      if (this.#lastRead.result !== 'failed') onFailure(error);
      this.#lastRead = { result: 'failed', atMs: clock.monotonicMs() };
    } finally {
      this.#running = undefined;
    }
  }

  async #waitFor(read: Promise<void>): Promise<void> {
    const { clock, waitMaxMs, firstWaitMaxMs = waitMaxMs } = this.#options;
    await noLongerThan(this.#known === undefined ? firstWaitMaxMs : waitMaxMs, clock, read);
  }
}
