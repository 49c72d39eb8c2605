/** One turn of a conversation as it was heard. Times are milliseconds since the epoch. */
export type TranscriptTurn =
  | { readonly by: 'caller'; readonly text: string; readonly atMs: number; readonly confidence: number }
  /** `text` is what the caller heard; `interrupted` says that more had been written. */
  | { readonly by: 'agent'; readonly text: string; readonly atMs: number; readonly interrupted: boolean }
  | { readonly by: 'keypad'; readonly text: string; readonly atMs: number }
  /** What a tool gave the model, bounded: data in later turns too. `sources` say where it stands. */
  | {
      readonly by: 'tool';
      readonly name: string;
      readonly text: string;
      readonly atMs: number;
      readonly sources?: readonly string[];
    };
