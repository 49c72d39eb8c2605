/** Wrong proofs of one customer in a row, over all calls. */
export interface Attempts {
  readonly wrong: number;
  /** Of the last one, milliseconds since the epoch. */
  readonly lastAtMs: number;
}

/** Whoever knows their PIN has slipped twice at most; five guesses at four digits are one chance in two thousand. */
const WRONG_MAX = 5;
const MINUTE_MS = 60_000;
const LOCK_MS = 30 * MINUTE_MS;
/** Long for a guesser, and short enough for the customer to be served the next day. */
const LOCK_MAX_MS = 24 * 60 * MINUTE_MS;
/** So long after the last wrong one nothing counts any more: a row is then as good as none. */
export const FORGOTTEN_AFTER_MS = 30 * LOCK_MAX_MS;

export const noAttempts: Attempts = { wrong: 0, lastAtMs: 0 };

/** After five wrong ones half an hour, then twice as long after each, a day at most. */
export function isLocked({ wrong, lastAtMs }: Attempts, nowMs: number): boolean {
  if (wrong < WRONG_MAX) return false;
  const lockMs = Math.min(LOCK_MAX_MS, LOCK_MS * 2 ** Math.min(wrong - WRONG_MAX, 10));
  return nowMs - lastAtMs < lockMs;
}

export function withWrong({ wrong, lastAtMs }: Attempts, nowMs: number): Attempts {
  return { wrong: nowMs - lastAtMs >= FORGOTTEN_AFTER_MS ? 1 : wrong + 1, lastAtMs: nowMs };
}
