import type { Log } from '#adapters/logging/logger';
import type { CallState } from '#core/call/state';
import type { CallId } from '#core/ids';
import type { CallStore } from '#core/ports/call-store';
import type { Clock } from '#core/ports/clock';

/** While a transfer is under way the caller hears nothing: a quarter of a second more of that is little. */
const TRANSFER_POLL_MS = 250;
const POLL_MS = 2_000;

export interface CallRowWatchOptions {
  readonly callId: CallId;
  readonly calls: CallStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly onState: (state: CallState) => void;
}

/** Tells what the control plane has written about a call. A row that cannot be read is read again later: the call goes on without it. */
export class CallRowWatch {
  readonly #options: CallRowWatchOptions;
  readonly #abort = new AbortController();
  #pause = new AbortController();
  #pollMs = POLL_MS;

  constructor(options: CallRowWatchOptions) {
    this.#options = options;
    void this.#run();
  }

  /** Looks more often while an outcome is waited for. */
  set awaitingTransfer(awaiting: boolean) {
    const pollMs = awaiting ? TRANSFER_POLL_MS : POLL_MS;
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
