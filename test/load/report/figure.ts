/** One measured number. `runs` holds what each run measured, `value` their median (or the worst, where `note` says so). */
export interface Figure {
  /** Unique in the report, and understood by a person: `turn latency added, p99, 100 calls`. */
  readonly name: string;
  /** As printed behind the value: `ms`, `calls/core`, `KiB`, `%`. Empty for a count. */
  readonly unit: string;
  readonly value: number;
  /** What must hold, in the figure's unit. Without one the figure is told, not judged. */
  readonly target?: { readonly max: number } | { readonly min: number };
  readonly runs: readonly number[];
  /** How it was measured, or why it is not to be relied on, in a few words. */
  readonly note?: string;
}

export interface BenchOptions {
  /** How often each figure is measured; the median counts. */
  readonly runs: number;
  /** Calls at once where a figure is about many. */
  readonly calls: number;
  /** About a tenth of the time: fewer turns, shorter noise. Its figures show that all works, not how well. */
  readonly quick: boolean;
  /** One line to the person who waits (standard error). */
  readonly progress: (line: string) => void;
  /** Aborted when the bench is told to stop: end what was started and throw its reason. */
  readonly signal: AbortSignal;
}

/** A group of figures measured together. Leaves no process, socket or file behind, whatever happens. */
export interface BenchPart {
  /** For `--only`: `turn`, `answer`, `leaks`. */
  readonly name: string;
  /** Throws when it could not measure: the bench says so, goes on with the next part and fails at the end. */
  readonly run: (options: BenchOptions) => Promise<readonly Figure[]>;
}
