import type { Log } from '#adapters/logging/logger';
import type { CallState } from '#core/call/state';
import type { KeySource } from '#core/conversation/key-sources';
import type { CallId } from '#core/ids';
import type { CallStore } from '#core/ports/call-store';
import type { Clock } from '#core/ports/clock';

/** While a transfer is under way the caller hears nothing, and whoever presses a key waits for an answer: a quarter of a second more is little. */
const QUICK_POLL_MS = 250;
/** Nothing is waited for: what ends a call closes its socket too. Reading rows of a hundred calls more often was an eighth of the bridge's work. */
const POLL_MS = 10_000;

export interface CallRowWatchOptions {
  readonly callId: CallId;
  readonly calls: CallStore;
  /** Unless it is `media`, the row has the caller's keys. */
  readonly keySource: KeySource;
  readonly clock: Clock;
  readonly log: Log;
  readonly onState: (state: CallState) => void;
}

/** Tells what the control plane has written about a call. A row that cannot be read is read again later: the call goes on without it. */
export class CallRowWatch {
  readonly #options: CallRowWatchOptions;
  readonly #abort = new AbortController();
  #pause = new AbortController();
  readonly #calmPollMs: number;
  #pollMs: number;

  constructor(options: CallRowWatchOptions) {
    this.#options = options;
    this.#calmPollMs = options.keySource === 'media' ? POLL_MS : QUICK_POLL_MS;
    this.#pollMs = this.#calmPollMs;
    void this.#run();
  }

  /** Looks more often while an outcome is waited for. */
  set awaitingTransfer(awaiting: boolean) {
    const pollMs = awaiting ? QUICK_POLL_MS : this.#calmPollMs;
    if (pollMs === this.#pollMs) return;
    this.#pollMs = pollMs;
    this.#pause.abort();
  }

  close(): void {
    this.#abort.abort();
    this.#pause.abort();
  }

  #isClosed(): boolean {
    return this.#abort.signal.aborted;
  }

  async #run(): Promise<void> {
    const { callId, calls, clock, log, onState } = this.#options;
    const { signal } = this.#abort;
    for (;;) {
      await clock.sleep(this.#pollMs, this.#pause.signal).catch(() => undefined);
      if (this.#isClosed()) return;
      if (this.#pause.signal.aborted) this.#pause = new AbortController();
      try {
        const stored = await calls.load(callId, signal);
        if (stored !== undefined && !this.#isClosed()) onState(stored.state);
      } catch (error) {
        if (this.#isClosed()) return;
        log.warn({ callId, err: error }, 'call row not read');
      }
    }
  }
}
