import {
  CancellationErrorCode,
  CancellationReason,
  Connection,
  type SpeechRecognizer,
} from 'microsoft-cognitiveservices-speech-sdk';
import type { PortError } from '#core/ports/error';
import type { SpeechToText, SpeechToTextOptions, Transcript, TranscriptStream } from '#core/ports/speech-to-text';
import type { Log } from '../logging/logger.ts';
import { EventQueue } from './event-queue.ts';
import { FrameSource } from './frame-source.ts';
import { PhrasePace } from './phrase-pace.ts';
import { recogniserFor } from './recogniser.ts';
import type { RecognitionSettings } from './recognition-settings.ts';
import type { SpeechService } from './settings.ts';
import { silentError, speechError } from './speech-error.ts';
import { finalOf, partialOf } from './transcript.ts';

const OPEN_BUDGET_MS = 2_000;
/** The closing handshake of the socket; after that the socket goes without it. */
const CLOSE_BUDGET_MS = 2_000;

/** Continuous recognition by Azure Speech as the `SpeechToText` port: one socket a stream, and a lost socket is a failed stream. */
export function azureSpeechToText(service: SpeechService, log: Log, settings: RecognitionSettings): SpeechToText {
  return {
    open: async (options, signal) => {
      signal.throwIfAborted();
      const stream = new AzureTranscriptStream(service, options, settings, log);
      try {
        await stream.start(signal);
        return stream;
      } catch (error) {
        // Whoever waits is not kept waiting by the goodbye of a service that hangs.
        void stream.close();
        signal.throwIfAborted();
        throw error;
      }
    },
  };
}

/** The service is at work before it has words. */
const alive: Transcript = { type: 'alive', settledMs: 0 };

class AzureTranscriptStream implements TranscriptStream {
  readonly #audio = FrameSource.open();
  readonly #pace = new PhrasePace();
  readonly #recogniser: SpeechRecognizer;
  readonly #connection: Connection;
  readonly #transcripts = new EventQueue<Transcript>();
  readonly #log: Log;
  #closing: Promise<void> | undefined;
  /** First failure: told to `start` when it comes before the stream is open, to the reader in any case. */
  #failure: Error | undefined;
  #droppedFrames = 0;

  constructor(service: SpeechService, options: SpeechToTextOptions, settings: RecognitionSettings, log: Log) {
    const { languages } = options;
    this.#log = log;
    this.#recogniser = recogniserFor(service, options, settings, this.#audio);
    this.#recogniser.recognizing = (_, { result }) => {
      this.#pace.phraseHeard();
      const partial = partialOf(result, languages);
      if (partial !== undefined) this.#transcripts.push(partial);
    };
    this.#recogniser.recognized = (_, { result }) => {
      this.#pace.phraseEnded();
      this.#transcripts.push(finalOf(result, languages));
    };
    this.#recogniser.speechStartDetected = () => {
      this.#pace.phraseHeard();
      this.#transcripts.push(alive);
    };
    this.#recogniser.canceled = (_, event) => {
      if (event.reason === CancellationReason.EndOfStream) this.#transcripts.end();
      else this.#fail(speechError('speech-to-text', event.errorCode, event.errorDetails));
    };
    this.#recogniser.sessionStopped = () => this.#transcripts.end();
    this.#connection = Connection.fromRecognizer(this.#recogniser);
    this.#connection.messageReceived = ({ message }) => {
      if (message.path.toLowerCase() === 'turn.start') this.#transcripts.push(alive);
    };
    // Later than `canceled`, which comes first where it comes at all, and knows the reason.
    this.#connection.disconnected = () => setImmediate(() => this.#fail(lostConnection()));
  }

  start(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: Error): void => {
        clearTimeout(budget);
        signal.removeEventListener('abort', onAbort);
        if (error === undefined) resolve();
        else reject(error);
      };
      const onAbort = (): void => settle(signal.reason as Error);
      const budget = setTimeout(() => settle(silentError('speech-to-text', OPEN_BUDGET_MS)), OPEN_BUDGET_MS);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#recogniser.startContinuousRecognitionAsync(
        // Also called when there was no connection to be had: `canceled` has told so by then.
        () => settle(this.#failure),
        (details) => settle(speechError('speech-to-text', CancellationErrorCode.RuntimeError, details)),
      );
    });
  }

  push(pcm: Int16Array): void {
    if (this.#closing !== undefined) return;
    if (!this.#audio.write(pcm, this.#pace.paceOf(pcm))) this.#droppedFrames += 1;
  }

  close(): Promise<void> {
    this.#closing ??= this.#release();
    return this.#closing;
  }

  [Symbol.asyncIterator](): AsyncIterator<Transcript> {
    return this.#transcripts[Symbol.asyncIterator]();
  }

  #fail(error: Error): void {
    if (this.#closing !== undefined) return;
    this.#failure ??= error;
    this.#transcripts.fail(error);
  }

  async #release(): Promise<void> {
    this.#transcripts.end();
    this.#audio.close();
    if (this.#droppedFrames > 0) this.#log.warn({ droppedFrames: this.#droppedFrames }, 'recogniser was too slow');
    // By itself `close` waits for the service to end the turn: for ever, when the service hangs.
    await withinBudget((done) => this.#connection.closeConnection(done, done));
    await withinBudget((done) => this.#recogniser.close(done, done));
  }
}

/** Waits for an SDK's callback, but not longer than closing may take. */
function withinBudget(start: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const budget = setTimeout(resolve, CLOSE_BUDGET_MS);
    start(() => {
      clearTimeout(budget);
      resolve();
    });
  });
}

function lostConnection(): PortError {
  return speechError('speech-to-text', CancellationErrorCode.ConnectionFailure, 'the socket was closed');
}
