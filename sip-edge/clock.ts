/** Time as the SIP and RTP side sees it, so that tests can own it. */
export interface Clock {
  /** Monotonic milliseconds; only differences mean anything. */
  nowMs(): number;
  /** Runs `run` once after `delayMs`; the returned function makes it never run. */
  after(delayMs: number, run: () => void): CancelTimer;
}

export type CancelTimer = () => void;

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};
