/** When a delivery is tried again (acs-facts 1.9). Pure. */

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** Wait after the nth failure; the last value repeats. */
const BACK_OFF_MS = [10 * SECOND_MS, 30 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS] as const;

export type DeliveryOutcome =
  | { readonly kind: 'status'; readonly status: number }
  /** No connection, or no answer in 30 s. */
  | { readonly kind: 'no-answer' };

type NextAttempt =
  { readonly kind: 'wait'; readonly ms: number } | { readonly kind: 'dead-letter'; readonly reason: string };

interface DeliveryPolicy {
  readonly maxDeliveryAttempts: number;
  readonly eventTtlMs: number;
  readonly retryTimeScale: number;
}

/** `attempts` counts those made, `ageMs` is the event's. */
export function nextAttempt(
  outcome: DeliveryOutcome,
  attempts: number,
  ageMs: number,
  { maxDeliveryAttempts, eventTtlMs, retryTimeScale }: DeliveryPolicy,
): NextAttempt {
  if (attempts >= maxDeliveryAttempts) return { kind: 'dead-letter', reason: 'MaxDeliveryAttemptsExceeded' };
  const backOff = BACK_OFF_MS[Math.min(attempts, BACK_OFF_MS.length) - 1] ?? BACK_OFF_MS[0];
  const ms = Math.max(backOff, minimumWaitMs(outcome)) * retryTimeScale;
  if (ageMs + ms > eventTtlMs) return { kind: 'dead-letter', reason: 'TimeToLiveExceeded' };
  return { kind: 'wait', ms };
}

function minimumWaitMs(outcome: DeliveryOutcome): number {
  if (outcome.kind === 'no-answer') return 10 * SECOND_MS;
  switch (outcome.status) {
    case 400:
    case 401:
    case 403:
    case 404:
      return 5 * MINUTE_MS;
    case 408:
      return 2 * MINUTE_MS;
    case 503:
      return 30 * SECOND_MS;
    default:
      return 10 * SECOND_MS;
  }
}

const DELIVERED: ReadonlySet<number> = new Set([200, 201, 202, 203, 204]);

export function isDelivered(status: number): boolean {
  return DELIVERED.has(status);
}
