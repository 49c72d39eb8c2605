import type { Log } from '#adapters/logging/logger';
import type { Clock } from '#core/ports/clock';
import type { SessionLease, SessionRecord } from '#core/ports/session-store';

const WRITE_BUDGET_MS = 3_000;
/** What the end of a media session may wait for its last write: the socket that replaces it is waiting too. */
const FLUSH_BUDGET_MS = 3_000;
const RETRY_PAUSE_MS = 500;
const TRIES_MAX = 4;

export interface JournalOptions {
  readonly lease: Pick<SessionLease, 'save' | 'release'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Another media session has claimed the record: this one's socket was replaced. Told once. */
  readonly onLost: () => void;
}

/** Writes the session row as it changes, newest state only, one write at a time, never in the way of the audio. */
export class SessionJournal {
  readonly #options: JournalOptions;
  #pending: SessionRecord | undefined;
  #writing: Promise<void> | undefined;
  #last: SessionRecord | undefined;
  /** What the next write does. After `release` or a loss there is none. */
  #next: 'save' | 'release' | 'nothing' = 'save';

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  note(record: SessionRecord): void {
    if (this.#next === 'nothing') return;
    this.#last = record;
    this.#pending = record;
    this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
  }

  /** Resolves when everything noted is written or given up, and when the budget for it is spent. */
  async flush(budgetMs = FLUSH_BUDGET_MS): Promise<void> {
    if (this.#writing === undefined) return;
    const written = new AbortController();
    const budget = this.#options.clock.sleep(budgetMs, written.signal).catch(() => undefined);
    await Promise.race([this.#writing, budget]);
    written.abort();
  }

  /** As `flush`, and says with the last write that the record is given up for another session to go on with. */
  async release(): Promise<void> {
    if (this.#last === undefined || this.#next === 'nothing') return;
    this.#next = 'release';
    this.note(this.#last);
    await this.flush();
  }

  async #write(): Promise<void> {
    const { clock, log } = this.#options;
    for (let tries = 0; this.#pending !== undefined;) {
      const record = this.#pending;
      this.#pending = undefined;
      try {
        await this.#writeOnce(record);
        tries = 0;
      } catch (error) {
        tries += 1;
        log.warn({ callId: record.callId, err: error, tries }, 'session row not written');
        if (tries >= TRIES_MAX) return;
        this.#pending ??= record;
        await clock.sleep(RETRY_PAUSE_MS);
      }
    }
  }

  async #writeOnce(record: SessionRecord): Promise<void> {
    const { lease, log, onLost } = this.#options;
    const signal = AbortSignal.timeout(WRITE_BUDGET_MS);
    const releases = this.#next === 'release';
    const outcome = releases ? await lease.release(record, signal) : await lease.save(record, signal);
    if (outcome === 'written') {
      if (releases) this.#next = 'nothing';
      return;
    }
    this.#next = 'nothing';
    this.#pending = undefined;
    log.warn({ callId: record.callId }, 'session taken over by another');
    onLost();
  }
}
