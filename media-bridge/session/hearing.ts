import type { Log } from '#adapters/logging/logger';
import type { CallId } from '#core/ids';
import type { Clock } from '#core/ports/clock';
import { PortError } from '#core/ports/error';
import type { SpeechToText, SpeechToTextOptions, Transcript, TranscriptStream } from '#core/ports/speech-to-text';

/** How often a recogniser that fails is opened again in a row; a transcript in between starts the count anew. */
const REOPENS_MAX = 3;
const REOPEN_PAUSE_MS = 250;
/** Audio kept while no recogniser is open: what the caller says meanwhile is recognised afterwards, not lost. */
const WAITING_FRAMES_MAX = 250;

export interface HearingOptions {
  readonly speechToText: SpeechToText;
  readonly callId: CallId;
  readonly options: SpeechToTextOptions;
  readonly clock: Clock;
  readonly log: Log;
  readonly onTranscript: (transcript: Transcript) => void;
  /** Recognition is gone for good. */
  readonly onFailed: (error: unknown) => void;
}

/** One call's recognition: opened at once, opened again when the engine drops it, without losing what is being said. */
export class Hearing {
  readonly #options: HearingOptions;
  readonly #abort = new AbortController();
  readonly #running: Promise<void>;
  #stream: TranscriptStream | undefined;
  #waiting: Int16Array[] = [];

  constructor(options: HearingOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Never waits. */
  push(frame: Int16Array): void {
    if (this.#stream !== undefined) {
      this.#stream.push(frame);
      return;
    }
    this.#waiting.push(frame);
    if (this.#waiting.length > WAITING_FRAMES_MAX) this.#waiting.shift();
  }

  async close(): Promise<void> {
    this.#abort.abort(new Error('closed'));
    await this.#stream?.close();
    await this.#running;
  }

  #isClosed(): boolean {
    return this.#abort.signal.aborted;
  }

  async #run(): Promise<void> {
    const { callId, clock, log, onFailed } = this.#options;
    const { signal } = this.#abort;
    let failures = 0;
    while (!this.#isClosed()) {
      try {
        await this.#listen(() => (failures = 0));
        if (this.#isClosed()) return;
        throw new PortError('speech-to-text', 'the engine ended the stream', { retryable: true });
      } catch (error) {
        if (this.#isClosed()) return;
        failures += 1;
        log.warn({ callId, err: error, failures }, 'recogniser lost');
        if (failures > REOPENS_MAX || (error instanceof PortError && !error.retryable)) {
          onFailed(error);
          return;
        }
        await clock.sleep(REOPEN_PAUSE_MS, signal).catch(() => undefined);
      }
    }
  }

  async #listen(onAlive: () => void): Promise<void> {
    const { speechToText, options, onTranscript } = this.#options;
    const stream = await speechToText.open(options, this.#abort.signal);
    try {
      // Closed while it was being opened.
      this.#abort.signal.throwIfAborted();
      this.#stream = stream;
      for (const frame of this.#waiting.splice(0)) stream.push(frame);
      for await (const transcript of stream) {
        onAlive();
        onTranscript(transcript);
      }
    } finally {
      this.#stream = undefined;
      await stream.close();
    }
  }
}
