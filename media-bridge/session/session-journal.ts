import type { Log } from '#adapters/logging/logger';
import type { Clock } from '#core/ports/clock';
import type { SessionRecord, SessionStore } from '#core/ports/session-store';

const WRITE_BUDGET_MS = 3_000;
/** What the end of a media session may wait for its last write: the socket that replaces it is waiting too. */
const FLUSH_BUDGET_MS = 3_000;
const RETRY_PAUSE_MS = 500;
const TRIES_MAX = 4;

/** Writes the session row turn by turn, newest state only, one write at a time, never in the way of the audio. */
export class SessionJournal {
  readonly #sessions: SessionStore;
  readonly #clock: Clock;
  readonly #log: Log;
  #pending: SessionRecord | undefined;
  #writing: Promise<void> | undefined;

  constructor(sessions: SessionStore, clock: Clock, log: Log) {
    this.#sessions = sessions;
    this.#clock = clock;
    this.#log = log;
  }

  note(record: SessionRecord): void {
    this.#pending = record;
    this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
  }

  /** Resolves when everything noted is written or given up, and when the budget for it is spent. */
  async flush(): Promise<void> {
    if (this.#writing === undefined) return;
    const written = new AbortController();
    const budget = this.#clock.sleep(FLUSH_BUDGET_MS, written.signal).catch(() => undefined);
    await Promise.race([this.#writing, budget]);
    written.abort();
  }

  async #write(): Promise<void> {
    for (let tries = 0; this.#pending !== undefined;) {
      const record = this.#pending;
      this.#pending = undefined;
      try {
        await this.#sessions.save(record, AbortSignal.timeout(WRITE_BUDGET_MS));
        tries = 0;
      } catch (error) {
        tries += 1;
        this.#log.warn({ callId: record.callId, err: error, tries }, 'session row not written');
        if (tries >= TRIES_MAX) return;
        this.#pending ??= record;
        await this.#clock.sleep(RETRY_PAUSE_MS);
      }
    }
  }
}
