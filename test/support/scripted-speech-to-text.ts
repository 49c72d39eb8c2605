import { EventQueue } from '#adapters/azure-speech/event-queue';
import type { SpeechToText, Transcript } from '#core/ports/speech-to-text';

export interface RecognitionStream {
  /** Samples pushed so far. */
  readonly samples: number;
  readonly closed: boolean;
  /** The engine fails. */
  fail(error: Error): void;
}

export interface ScriptedSpeechToText extends SpeechToText {
  readonly streams: readonly RecognitionStream[];
  /** The next openings throw these, in order. */
  failOpening(...errors: readonly Error[]): void;
  /** The stream opened last recognises something. */
  recognise(...transcripts: readonly Transcript[]): void;
}

export function partial(text: string): Transcript {
  return { type: 'partial', text, startMs: 0, endMs: 100 };
}

export function final(text: string, confidence = 0.9): Transcript {
  return { type: 'final', text, confidence, startMs: 0, endMs: 500 };
}

/** An engine that understands what a test says it does. */
export function scriptedSpeechToText(): ScriptedSpeechToText {
  const streams: (RecognitionStream & { readonly queue: EventQueue<Transcript> })[] = [];
  let failures: Error[] = [];
  return {
    streams,
    failOpening: (...errors) => {
      failures = [...errors];
    },
    recognise: (...transcripts) => {
      for (const transcript of transcripts) streams.at(-1)?.queue.push(transcript);
    },
    open: (_options, signal) => {
      const failure = failures.shift();
      if (failure !== undefined) return Promise.reject(failure);
      if (signal.aborted) return Promise.reject(signal.reason as Error);
      const queue = new EventQueue<Transcript>();
      const stream = { queue, samples: 0, closed: false, fail: (error: Error) => queue.fail(error) };
      streams.push(stream);
      return Promise.resolve({
        push: (pcm: Int16Array) => void (stream.samples += pcm.length),
        close: () => {
          stream.closed = true;
          queue.end();
          return Promise.resolve();
        },
        [Symbol.asyncIterator]: () => queue[Symbol.asyncIterator](),
      });
    },
  };
}
