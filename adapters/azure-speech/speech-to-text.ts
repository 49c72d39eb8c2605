import {
  AudioConfig,
  AudioInputStream,
  AudioStreamFormat,
  CancellationErrorCode,
  CancellationReason,
  Connection,
  OutputFormat,
  PhraseListGrammar,
  SpeechRecognizer,
  type PushAudioInputStream,
} from 'microsoft-cognitiveservices-speech-sdk';
import type { SpeechToText, SpeechToTextOptions, Transcript, TranscriptStream } from '#core/ports/speech-to-text';
import type { Log } from '../logging/logger.ts';
import { EventQueue } from './event-queue.ts';
import type { SpeechService } from './settings.ts';
import { speechConfigFor } from './speech-config.ts';
import { silentError, speechError } from './speech-error.ts';
import { finalOf, partialOf } from './transcript.ts';

const SAMPLE_RATE_HZ = 16_000;
const BYTES_PER_MS = 32;
/** Connecting, with the SDK's own retries. */
const OPEN_BUDGET_MS = 5_000;
/** What may wait for a slow service. Older speech than this is worth less than the memory of a hundred calls. */
const UNSENT_MAX_BYTES = 10_000 * BYTES_PER_MS;
/** The closing handshake of the socket; after that the socket goes without it. */
const CLOSE_BUDGET_MS = 2_000;

/** Continuous recognition by Azure Speech as the `SpeechToText` port: one socket a stream. */
export function azureSpeechToText(service: SpeechService, log: Log): SpeechToText {
  return {
    open: async (options, signal) => {
      signal.throwIfAborted();
      const stream = new AzureTranscriptStream(service, options, log);
      try {
        await stream.start(signal);
        return stream;
      } catch (error) {
        await stream.close();
        signal.throwIfAborted();
        throw error;
      }
    },
  };
}

class AzureTranscriptStream implements TranscriptStream {
  readonly #audio: PushAudioInputStream = AudioInputStream.createPushStream(
    AudioStreamFormat.getWaveFormatPCM(SAMPLE_RATE_HZ, 16, 1),
  );
  readonly #recogniser: SpeechRecognizer;
  readonly #connection: Connection;
  readonly #transcripts = new EventQueue<Transcript>();
  readonly #log: Log;
  #closing: Promise<void> | undefined;
  /** First failure: told to `start` when it comes before the stream is open, to the reader in any case. */
  #failure: Error | undefined;
  #pushedBytes = 0;
  #sentBytes = 0;
  #droppedFrames = 0;

  constructor(service: SpeechService, options: SpeechToTextOptions, log: Log) {
    this.#log = log;
    const config = speechConfigFor(service);
    [config.speechRecognitionLanguage] = options.languages;
    // Only the detailed form has a confidence.
    config.outputFormat = OutputFormat.Detailed;
    this.#recogniser = new SpeechRecognizer(config, AudioConfig.fromStreamInput(this.#audio));
    if (options.phrases.length > 0) PhraseListGrammar.fromRecognizer(this.#recogniser).addPhrases([...options.phrases]);
    this.#recogniser.recognizing = (_, { result }) => {
      const partial = partialOf(result);
      if (partial !== undefined) this.#transcripts.push(partial);
    };
    this.#recogniser.recognized = (_, { result }) => {
      const final = finalOf(result);
      if (final !== undefined) this.#transcripts.push(final);
    };
    this.#recogniser.canceled = (_, event) => {
      if (event.reason === CancellationReason.EndOfStream) this.#transcripts.end();
      else this.#fail(speechError('speech-to-text', event.errorCode, event.errorDetails));
    };
    this.#recogniser.sessionStopped = () => this.#transcripts.end();
    this.#connection = Connection.fromRecognizer(this.#recogniser);
    this.#connection.messageSent = ({ message }) => {
      if (message.isBinaryMessage && message.path === 'audio') this.#sentBytes += message.binaryMessage.byteLength;
    };
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
    if (this.#pushedBytes - this.#sentBytes > UNSENT_MAX_BYTES) {
      this.#droppedFrames += 1;
      return;
    }
    this.#pushedBytes += pcm.byteLength;
    // A copy: the SDK keeps what it is given until it is recognised.
    this.#audio.write(pcm.slice().buffer);
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
