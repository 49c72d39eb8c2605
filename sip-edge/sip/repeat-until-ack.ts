/** A 2xx to an INVITE is sent again until its ACK comes, on every transport (RFC 3261 13.3.1.4). */
import type { CancelTimer, Clock } from '../clock.ts';
import type { TransactionTimers } from './transaction/machine.ts';

export interface AckWait {
  /** The ACK came, or nobody waits for it any more; idempotent. */
  stop(): void;
}

/** Calls `repeat` at T1, doubling up to T2, and `onGivenUp` after 64 T1 without `stop`. */
export function repeatUntilAck(
  clock: Clock,
  timers: TransactionTimers,
  repeat: () => void,
  onGivenUp: () => void,
): AckWait {
  let intervalMs = timers.t1;
  let cancelRepeat: CancelTimer = schedule();
  const cancelGiveUp = clock.after(64 * timers.t1, () => {
    cancelRepeat();
    onGivenUp();
  });
  function schedule(): CancelTimer {
    return clock.after(intervalMs, () => {
      repeat();
      intervalMs = Math.min(intervalMs * 2, timers.t2);
      cancelRepeat = schedule();
    });
  }
  return {
    stop() {
      cancelRepeat();
      cancelGiveUp();
    },
  };
}
