/**
 * Whether one of several equal services is worth asking. A service that failed rests; then one request finds out how it is, while the others
 * still go elsewhere. Times are monotonic milliseconds.
 */
export type Breaker =
  | { readonly state: 'closed' }
  /** `failures` in a row so far: each makes the rest longer. */
  | { readonly state: 'resting'; readonly untilMs: number; readonly failures: number }
  | { readonly state: 'probing'; readonly failures: number };

/** Short: a broken service costs one caller in so many seconds a slow answer, and a service that is well again is used soon. */
const REST_MS = 5_000;
/** Also the longest that a far side's own wish (Retry-After) is honoured: it may be a mistake of hours. */
const REST_MAX_MS = 60_000;
/** A far side that says "at once" has just failed all the same. */
const REST_MIN_MS = 1_000;

export const closedBreaker: Breaker = { state: 'closed' };

/** Whether a request may go there now. */
export function isWell(breaker: Breaker, nowMs: number): boolean {
  return breaker.state === 'closed' || (breaker.state === 'resting' && nowMs >= breaker.untilMs);
}

/** Failed again and again, and nobody is to be sent there for a while. One failure may have been a caller's bad luck. */
export function isFailing(breaker: Breaker, nowMs: number): boolean {
  return !isWell(breaker, nowMs) && failuresOf(breaker) > 1;
}

/** A request goes there. */
export function asked(breaker: Breaker, nowMs: number): Breaker {
  return breaker.state === 'resting' && isWell(breaker, nowMs)
    ? { state: 'probing', failures: breaker.failures }
    : breaker;
}

/** Rests for as long as the far side asks, else longer with every failure; both bounded. */
export function failed(breaker: Breaker, nowMs: number, retryAfterMs: number | undefined): Breaker {
  // Requests that were under way together fail together: that is one failure.
  const goesOn = breaker.state === 'resting' && nowMs < breaker.untilMs;
  const failures = failuresOf(breaker) + (goesOn ? 0 : 1);
  const ownMs = REST_MS * 2 ** Math.min(failures - 1, 10);
  const untilMs = nowMs + Math.min(REST_MAX_MS, Math.max(REST_MIN_MS, retryAfterMs ?? ownMs));
  if (!goesOn) return { state: 'resting', untilMs, failures };
  return retryAfterMs !== undefined && untilMs > breaker.untilMs ? { ...breaker, untilMs } : breaker;
}

function failuresOf(breaker: Breaker): number {
  return breaker.state === 'closed' ? 0 : breaker.failures;
}

/** The request that was to find out ended without saying anything: its caller hung up, say. The next one finds out. */
export function undecided(breaker: Breaker, nowMs: number): Breaker {
  return breaker.state === 'probing' ? { state: 'resting', untilMs: nowMs, failures: breaker.failures } : breaker;
}

/** Places of the services in the order they are to be asked: those that are well, as they are preferred, then the others by the end of their rest. */
export function orderOf(breakers: readonly Breaker[], nowMs: number): number[] {
  const restLeft = (place: number): number => {
    const breaker = breakers[place];
    if (breaker === undefined || isWell(breaker, nowMs)) return -1;
    return breaker.state === 'resting' ? breaker.untilMs - nowMs : Number.MAX_SAFE_INTEGER;
  };
  return [...breakers.keys()].sort((one, other) => restLeft(one) - restLeft(other) || one - other);
}
