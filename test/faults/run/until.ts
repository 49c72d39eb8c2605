import type { Wake } from '../../../emulator/scenario/wake.ts';

/** Also without anything new to look at: rows and health are asked for, not told. */
const LOOK_AGAIN_MS = 250;

/** What `check` finds within `limitMs`; `undefined` after that. */
export async function within<Found>(
  wake: Wake,
  limitMs: number,
  check: () => Found | undefined,
): Promise<Found | undefined> {
  try {
    return await wake.until(check, AbortSignal.timeout(Math.max(1, limitMs)));
  } catch {
    return check();
  }
}

/** The same for what has to be asked. */
export async function polled<Found>(
  limitMs: number,
  ask: () => Promise<Found | undefined>,
): Promise<Found | undefined> {
  const endMs = Date.now() + limitMs;
  for (;;) {
    const found = await ask();
    if (found !== undefined || Date.now() >= endMs) return found;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}
