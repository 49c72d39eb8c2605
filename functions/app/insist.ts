import { isGone } from '#adapters/call-automation/request-error';
import { PortError } from '#core/ports/error';
import type { CallOffer } from '#core/call/offer';
import type { CallServices } from './call-services.ts';

const FIRST_PAUSE_MS = 250;
/** Of a context that has been used: by another process, or by a try whose response was lost. */
const CONFLICT = 409;

type Insisted<Result> =
  | { readonly kind: 'done'; readonly value: Result }
  /** Nobody rings any more. */
  | { readonly kind: 'gone'; readonly error: PortError }
  /** Whether the caller gave up, or another try or another process has had this call, cannot be known: it is not ours to touch. */
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'refused'; readonly error: PortError };

/** Asks the front for something about a ringing call, again and again for `budgetMs`, as long as that may help. */
export async function insist<Result>(
  request: 'answer' | 'redirect' | 'reject',
  ask: () => Promise<Result>,
  {
    offer,
    budgetMs,
    mayBeTaken,
  }: {
    readonly offer: CallOffer;
    readonly budgetMs: number;
    /** Whether others may have this call. */
    readonly mayBeTaken: boolean;
  },
  services: CallServices,
  signal: AbortSignal,
): Promise<Insisted<Result>> {
  const { clock, log } = services;
  const { callId, correlationId } = offer;
  const deadlineMs = clock.monotonicMs() + budgetMs;
  let isInDoubt = mayBeTaken;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= 2) {
    const askedMs = clock.monotonicMs();
    try {
      return { kind: 'done', value: await ask() };
    } catch (error) {
      if (!(error instanceof PortError) || error.port !== 'call-control') throw error;
      log.warn({ callId, correlationId, request, err: error }, 'ringing call refused');
      if (isGone(error) || error.status === CONFLICT)
        return isInDoubt ? { kind: 'elsewhere' } : { kind: 'gone', error };
      // The front may have done it, and its response was lost.
      isInDoubt ||= error.retryable;
      // A front that took its time will take it again.
      const nowMs = clock.monotonicMs();
      const again = error.retryable && nowMs + pauseMs + (nowMs - askedMs) < deadlineMs;
      if (again) await clock.sleep(pauseMs, signal);
      if (await isSettled(offer, services, signal)) return { kind: 'elsewhere' };
      if (!again) return { kind: 'refused', error };
    }
  }
}

/** A callback may have moved the row meanwhile. A row that cannot be read says nothing. */
async function isSettled(
  { callId, correlationId }: CallOffer,
  { calls, log }: CallServices,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const stored = await calls.load(callId, signal);
    return stored !== undefined && stored.state.phase !== 'offered';
  } catch (error) {
    signal.throwIfAborted();
    log.warn({ callId, correlationId, err: error }, 'call row not read');
    return false;
  }
}
