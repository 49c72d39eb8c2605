import type { Log } from '#adapters/logging/logger';
import type { CallId } from '#core/ids';
import { noLongerThan } from '#core/no-longer-than';
import type { Clock } from '#core/ports/clock';
import type { SessionLease, SessionRecord } from '#core/ports/session-store';

const WRITE_BUDGET_MS = 3_000;
/** What the end of a media session may wait for its last write: the socket that replaces it is waiting too. */
const FLUSH_BUDGET_MS = 3_000;
const RETRY_PAUSE_MS = 500;
/** What comes together is written together, and not while the answer to it is being asked for. */
const SETTLE_MS = 250;
/** From one write to the next while changes go on: each costs as much as many frames. A bridge that is killed takes at most this much with it. */
const PACE_MS = 1_000;
const TRIES_MAX = 4;

export interface JournalOptions {
  readonly callId: CallId;
  readonly lease: Pick<SessionLease, 'save' | 'release'>;
  /** The record as it is now. Asked for when it is written. */
  readonly read: () => SessionRecord;
  readonly clock: Clock;
  readonly log: Log;
  /** Another media session has claimed the record: this one's socket was replaced. Told once. */
  readonly onLost: () => void;
}

/** Writes the session row soon after it has changed, one write at a time and not many, never in the way of the audio. */
export class SessionJournal {
  readonly #options: JournalOptions;
  #change: 'none' | 'unwritten' = 'none';
  #writing: Promise<void> | undefined;
  #settling: AbortController | undefined;
  /** When the last write began. */
  #wroteMs = -Infinity;
  /** How many wait until all is written. */
  #waiting = 0;
  /** What the next write does. After `release` or a loss there is none. */
  #next: 'save' | 'release' | 'nothing' = 'save';

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** The record has changed. */
  note(): void {
    if (this.#next === 'nothing') return;
    this.#change = 'unwritten';
    this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
  }

  /** Resolves when everything noted is written or given up, and when the budget for it is spent. Never rejects. */
  async flush(budgetMs = FLUSH_BUDGET_MS): Promise<void> {
    if (this.#writing === undefined) return;
    this.#waiting += 1;
    this.#settling?.abort();
    await noLongerThan(budgetMs, this.#options.clock, this.#writing);
    this.#waiting -= 1;
  }

  /** Writes the record once more, whether it has changed or not, and says that it is given up for another session to go on with. Never rejects. */
  async release(): Promise<void> {
    if (this.#next === 'nothing') return;
    this.#next = 'release';
    this.note();
    await this.flush();
  }

  async #write(): Promise<void> {
    const { callId, read, clock, log } = this.#options;
    for (let tries = 0; this.#change === 'unwritten';) {
      await (tries === 0 ? this.#settled() : clock.sleep(RETRY_PAUSE_MS));
      this.#change = 'none';
      try {
        await this.#writeOnce(read());
        tries = 0;
      } catch (error) {
        tries += 1;
        log.warn({ callId, err: error, tries }, 'session row not written');
        if (tries >= TRIES_MAX) return;
        this.#change = 'unwritten';
      }
    }
  }

  /** At once when somebody waits for what is written. */
  async #settled(): Promise<void> {
    if (this.#waiting > 0) return;
    const { clock } = this.#options;
    const pausedMs = clock.monotonicMs() - this.#wroteMs;
    this.#settling = new AbortController();
    await clock.sleep(Math.max(SETTLE_MS, PACE_MS - pausedMs), this.#settling.signal).catch(() => undefined);
    this.#settling = undefined;
  }

  async #writeOnce(record: SessionRecord): Promise<void> {
    const { callId, lease, clock, log, onLost } = this.#options;
    this.#wroteMs = clock.monotonicMs();
    const signal = AbortSignal.timeout(WRITE_BUDGET_MS);
    const releases = this.#next === 'release';
    const outcome = releases ? await lease.release(record, signal) : await lease.save(record, signal);
    if (outcome === 'written') {
      if (releases) this.#next = 'nothing';
      return;
    }
    this.#next = 'nothing';
    this.#change = 'none';
    log.warn({ callId }, 'session taken over by another');
    onLost();
  }
}
