import type { Clock } from '#core/ports/clock';

export interface ManualClock extends Clock {
  /** Moves time on, waking sleepers in order, and lets what they do next happen. */
  advance(ms: number): Promise<void>;
}

/** A clock that stands still until a test moves it. */
export function manualClock(startMs = 1_790_000_000_000): ManualClock {
  let nowMs = startMs;
  let sleepers: { readonly dueMs: number; readonly wake: () => void }[] = [];
  const settle = async (): Promise<void> => {
    for (let turns = 0; turns < 5; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    now: () => nowMs,
    monotonicMs: () => nowMs - startMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { dueMs: nowMs + ms, wake: resolve };
        const giveUp = (): void => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          reject(signal?.reason as Error);
        };
        if (signal?.aborted === true) {
          giveUp();
          return;
        }
        sleepers.push(sleeper);
        signal?.addEventListener('abort', giveUp, { once: true });
      }),
    async advance(ms) {
      const untilMs = nowMs + ms;
      await settle();
      for (;;) {
        const [next] = sleepers.toSorted((one, other) => one.dueMs - other.dueMs);
        if (next === undefined || next.dueMs > untilMs) break;
        sleepers = sleepers.filter((other) => other !== next);
        nowMs = Math.max(nowMs, next.dueMs);
        next.wake();
        await settle();
      }
      nowMs = untilMs;
      await settle();
    },
  };
}
