import type { Clock } from '../../../../sip-edge/clock.ts';

interface ManualClock extends Clock {
  /** Lets time pass; timers run in their order, each at its own moment. */
  advance(ms: number): void;
  /** Timers that wait. */
  readonly waiting: number;
}

export function manualClock(): ManualClock {
  let nowMs = 0;
  let timers: { readonly atMs: number; readonly run: () => void }[] = [];
  return {
    nowMs: () => nowMs,
    after(delayMs, run) {
      const timer = { atMs: nowMs + delayMs, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((waiting) => waiting !== timer);
      };
    },
    advance(ms) {
      const untilMs = nowMs + ms;
      for (;;) {
        const next = timers.filter(({ atMs }) => atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs)[0];
        if (next === undefined) break;
        timers = timers.filter((waiting) => waiting !== next);
        nowMs = next.atMs;
        next.run();
      }
      nowMs = untilMs;
    },
    get waiting() {
      return timers.length;
    },
  };
}
