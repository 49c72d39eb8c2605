/** Lets the calls that are up come to their own end before the process does. */
import { setTimeout as wait } from 'node:timers/promises';
import type { CallRegistry } from './call-registry.ts';
import type { JoinedCalls } from './joined-calls.ts';

/** Settles when no call is up and none is joined, after `limitMs`, or when `signal` aborts. */
export async function drainCalls(
  calls: CallRegistry,
  joined: JoinedCalls,
  limitMs: number,
  signal: AbortSignal,
): Promise<void> {
  if (limitMs <= 0 || signal.aborted) return;
  // Again after each round: a transfer makes a joined call of one that was up.
  const over = async (): Promise<void> => {
    while (calls.all().length > 0 || joined.count > 0) {
      await Promise.all([...calls.all().map((call) => call.ended), joined.ended()]);
    }
  };
  const settled = new AbortController();
  const limit = wait(limitMs, undefined, { signal: AbortSignal.any([signal, settled.signal]) }).catch(() => undefined);
  await Promise.race([over(), limit]);
  settled.abort();
}
