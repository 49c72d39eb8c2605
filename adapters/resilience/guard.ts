import type { Clock } from '#core/ports/clock';
import { PortError, type PortName } from '#core/ports/error';
import { asked, closedBreaker, failed, isWell, undecided, type Breaker } from '#core/resilience/breaker';
import type { Log } from '../logging/logger.ts';
import { isServiceFailure } from './service-group.ts';

/** One failure may be chance; a service that has no other beside it is not left alone for that. */
const FAILURES_IN_A_ROW = 3;

export interface Guard {
  /** Runs one request, or throws `PortError` at once while the service rests. `signal` is the asker's: ended by it, the request says nothing. */
  run<Result>(request: () => Promise<Result>, signal: AbortSignal): Promise<Result>;
}

/** Spares callers the wait for a service that is down: after some failures in a row, or when it asks for it, it rests, and one request finds out. */
export function guard(port: PortName, clock: Clock, log: Log): Guard {
  let breaker: Breaker = closedBreaker;
  let inARow = 0;

  const succeeded = (): void => {
    if (breaker.state !== 'closed') log.warn({ port }, 'service is back');
    breaker = closedBreaker;
    inARow = 0;
  };
  const hasFailed = ({ retryAfterMs }: PortError): void => {
    inARow += 1;
    if (breaker.state === 'closed' && inARow < FAILURES_IN_A_ROW && retryAfterMs === undefined) return;
    const nowMs = clock.monotonicMs();
    const before = breaker;
    breaker = failed(breaker, nowMs, retryAfterMs);
    if (breaker === before || breaker.state !== 'resting') return;
    log.warn({ port, restMs: Math.round(breaker.untilMs - nowMs), failures: breaker.failures }, 'service rests');
  };

  return {
    run: async (request, signal) => {
      signal.throwIfAborted();
      const nowMs = clock.monotonicMs();
      if (!isWell(breaker, nowMs))
        throw new PortError(port, 'rests after failures', { retryable: true, code: 'rests' });
      breaker = asked(breaker, nowMs);
      try {
        const result = await request();
        succeeded();
        return result;
      } catch (error) {
        if (signal.aborted) breaker = undecided(breaker, clock.monotonicMs());
        else if (isServiceFailure(error)) hasFailed(error);
        else succeeded();
        throw error;
      }
    },
  };
}
