export interface SpeechToText {
  /** Opens one recognition stream for 16 kHz, 16 bit, mono PCM. Resolves once audio may be pushed. Throws `PortError`. */
  open(options: SpeechToTextOptions, signal: AbortSignal): Promise<TranscriptStream>;
}

export interface SpeechToTextOptions {
  /** BCP 47, such as `en-US`. With several, the engine finds out which is spoken, again and again; an agent's are checked when it is loaded. */
  readonly languages: readonly [string, ...string[]];
  /** Words the engine should expect: product names, people. */
  readonly phrases: readonly string[];
}

/** Audio in by `push`, transcripts out by iteration. Iteration ends after `close`, and throws `PortError` when the engine fails. */
export interface TranscriptStream extends AsyncIterable<Transcript> {
  /** Never waits: a frame that cannot be queued is dropped and counted, so that a slow engine cannot stall the call. Samples to keep are copied: the caller writes over them. */
  push(pcm: Int16Array): void;
  /** `problem`: why its owner gives it up although it has not failed. Whoever chose the engine may choose another next time. */
  close(problem?: Error): Promise<void>;
}

/** Times are milliseconds of audio pushed since `open`. */
export type Transcript =
  | Words
  /** The engine is there and tells no words: it heard speech begin, or settled on nothing for all before `settledMs`. */
  | { readonly type: 'alive'; readonly settledMs: number };

export type Words =
  | {
      readonly type: 'partial';
      readonly text: string;
      readonly startMs: number;
      readonly endMs: number;
      /** BCP 47, as it was asked for; where several were listened for. */
      readonly language?: string;
    }
  | {
      readonly type: 'final';
      readonly text: string;
      /** 0..1; 1 when the engine does not say. */
      readonly confidence: number;
      readonly startMs: number;
      readonly endMs: number;
      readonly language?: string;
    };
