import { EventQueue } from '#adapters/azure-speech/event-queue';
import type { SpeechToText, Transcript, Words } from '#core/ports/speech-to-text';

export interface RecognitionStream {
  readonly languages: readonly string[];
  /** Samples pushed so far. */
  readonly samples: number;
  /** First sample of each frame pushed so far. */
  readonly frames: readonly number[];
  /** Like `recognise`, of this stream. */
  tell(...transcripts: readonly Transcript[]): void;
  readonly closed: boolean;
  /** Why it was given up. */
  readonly problem: Error | undefined;
  /** The engine fails. */
  fail(error: Error): void;
}

export interface ScriptedSpeechToText extends SpeechToText {
  readonly streams: readonly RecognitionStream[];
  /** The next openings throw these, in order. */
  failOpening(...errors: readonly Error[]): void;
  /** The next opening waits until the function given back is called. */
  holdOpening(): () => void;
  /** The stream opened last recognises something. */
  recognise(...transcripts: readonly Transcript[]): void;
}

export function partial(text: string): Extract<Words, { type: 'partial' }> {
  return { type: 'partial', text, startMs: 0, endMs: 100 };
}

export function final(text: string, confidence = 0.9): Extract<Words, { type: 'final' }> {
  return { type: 'final', text, confidence, startMs: 0, endMs: 500 };
}

/** An engine that understands what a test says it does. */
export function scriptedSpeechToText(): ScriptedSpeechToText {
  const streams: RecognitionStream[] = [];
  let failures: Error[] = [];
  let held: Promise<undefined> | undefined;
  return {
    streams,
    failOpening: (...errors) => {
      failures = [...errors];
    },
    holdOpening: () => {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      held = promise;
      return () => resolve(undefined);
    },
    recognise: (...transcripts) => streams.at(-1)?.tell(...transcripts),
    open: async ({ languages }, signal) => {
      const waiting = held;
      held = undefined;
      await waiting;
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      signal.throwIfAborted();
      const queue = new EventQueue<Transcript>();
      const frames: number[] = [];
      const stream = {
        languages,
        samples: 0,
        frames,
        closed: false,
        problem: undefined as Error | undefined,
        tell: (...transcripts: readonly Transcript[]) => transcripts.forEach((transcript) => queue.push(transcript)),
        fail: (error: Error) => queue.fail(error),
      };
      streams.push(stream);
      return {
        push: (pcm: Int16Array) => {
          stream.samples += pcm.length;
          frames.push(pcm[0] ?? 0);
        },
        close: (problem) => {
          stream.closed = true;
          stream.problem ??= problem;
          queue.end();
          return Promise.resolve();
        },
        [Symbol.asyncIterator]: () => queue[Symbol.asyncIterator](),
      };
    },
  };
}
