export interface Clock {
  /** Wall time, milliseconds since the epoch. For records. */
  now(): number;
  /** Never goes back, milliseconds from an arbitrary start. For durations and pacing. */
  monotonicMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
