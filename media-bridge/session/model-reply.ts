import type { Clock } from '#core/ports/clock';
import type { ReplyId } from '#core/ids';
import { replyLatency, type ReplyLatency } from '#core/telemetry/reply-latency';
import type { TurnMarks } from '#core/telemetry/turn-stages';
import { ReplyStopwatch } from './reply-stopwatch.ts';
import type { ReplyWork } from './reply-work.ts';
import { writeReply } from './reply-writer.ts';

export interface ModelReplyOptions {
  readonly reply: ReplyId;
  readonly work: Omit<ReplyWork, 'mayAct'>;
  readonly clock: Clock;
  /** When the caller was last heard, in monotonic milliseconds. */
  readonly lastVoiceMs: () => number | undefined;
  /** When their last words were understood. */
  readonly understoodMs: () => number | undefined;
  readonly onClause: (reply: ReplyId, text: string) => void;
  readonly onWritten: (reply: ReplyId) => void;
  readonly onFailed: (reply: ReplyId, error: unknown) => void;
}

/**
 * One reply of the model. It may be written ahead: then its words wait, and its tools too, until `release`; a reply that nobody releases has
 * done nothing.
 */
export class ModelReply {
  readonly reply: ReplyId;
  readonly #options: ModelReplyOptions;
  readonly #abort = new AbortController();
  readonly #released = Promise.withResolvers<undefined>();
  #stopwatch: ReplyStopwatch | undefined;
  /** What has come of it while it waits. */
  #waiting: (() => void)[] | undefined = [];

  constructor(options: ModelReplyOptions) {
    this.reply = options.reply;
    this.#options = options;
    void this.#write();
  }

  get latency(): ReplyLatency | undefined {
    return this.#stopwatch && replyLatency(this.#stopwatch.marks);
  }

  /** Undefined until it is the answer. */
  get marks(): TurnMarks | undefined {
    return this.#stopwatch?.marks;
  }

  /** The caller's turn is over, and this is the answer to it. */
  release(): void {
    if (this.#waiting === undefined) return;
    const { clock, lastVoiceMs, understoodMs } = this.#options;
    this.#stopwatch = new ReplyStopwatch(clock.monotonicMs(), lastVoiceMs(), understoodMs());
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#released.resolve(undefined);
    for (const go of waiting) go();
  }

  audible(): void {
    this.#stopwatch?.firstAudio(this.#options.clock.monotonicMs());
  }

  stop(): void {
    this.#waiting = undefined;
    this.#abort.abort(new Error('the reply was stopped'));
  }

  async #write(): Promise<void> {
    const { reply, work, clock, onClause, onWritten, onFailed } = this.#options;
    const { signal } = this.#abort;
    try {
      await writeReply(
        { ...work, mayAct: this.#released.promise },
        {
          onFirstToken: () => this.#whenReleased(() => this.#stopwatch?.firstToken(clock.monotonicMs())),
          onClause: (text) => this.#whenReleased(() => onClause(reply, text)),
        },
        signal,
      );
      this.#whenReleased(() => onWritten(reply));
    } catch (error) {
      this.#whenReleased(() => onFailed(reply, error));
    }
  }

  #whenReleased(go: () => void): void {
    if (this.#abort.signal.aborted) return;
    if (this.#waiting === undefined) go();
    else this.#waiting.push(go);
  }
}
