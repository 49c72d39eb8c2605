import type { CancelTimer, Clock } from './clock.ts';

interface TimerScope extends Clock {
  /** Nothing that was waiting runs any more, and nothing new is waited for. */
  close(): void;
}

/** A clock whose timers all end together. */
export function timerScope(clock: Clock): TimerScope {
  const waiting = new Set<CancelTimer>();
  let state: 'open' | 'closed' = 'open';
  return {
    nowMs: () => clock.nowMs(),
    after(delayMs, run) {
      if (state === 'closed') return () => undefined;
      const cancel = clock.after(delayMs, () => {
        waiting.delete(cancel);
        run();
      });
      waiting.add(cancel);
      return () => {
        waiting.delete(cancel);
        cancel();
      };
    },
    close() {
      state = 'closed';
      for (const cancel of waiting) cancel();
      waiting.clear();
    },
  };
}
