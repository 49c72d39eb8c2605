import { describe, expect, it } from 'vitest';
import { DEPARTURE_MAX_MS, goodMoment } from '../../../../media-bridge/session/departure.ts';
import { manualClock } from '../../../support/manual-clock.ts';

function departing(at: { isAtRest: boolean; isChanging?: boolean }) {
  const listeners = new Set<() => void>();
  const paused = Promise.withResolvers<undefined>();
  const state = { isChanging: false, ...at };
  const clock = manualClock();
  const now = new AbortController();
  let gone = false;
  let isPausing = false;
  const call = {
    get isAtRest() {
      return state.isAtRest;
    },
    get isChanging() {
      return state.isChanging;
    },
    pauseSpeech: async () => {
      isPausing = true;
      await paused.promise;
    },
    onChange: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  void goodMoment(call, clock, now.signal).then(() => (gone = true));
  return {
    clock,
    now,
    hasGone: async () => {
      await clock.advance(0);
      return gone;
    },
    isPausing: () => isPausing,
    change: (next: Partial<typeof state>) => {
      Object.assign(state, next);
      for (const listener of [...listeners]) listener();
    },
    clauseEnds: () => paused.resolve(undefined),
    listeners,
  };
}

describe('a call that is given to another bridge', () => {
  it('goes at once when nobody speaks', async () => {
    expect(await departing({ isAtRest: true }).hasGone()).toBe(true);
  });

  it('goes when the agent has finished', async () => {
    const call = departing({ isAtRest: false });
    await call.clock.advance(1_000);
    expect(await call.hasGone()).toBe(false);
    call.change({ isAtRest: true });
    expect(await call.hasGone()).toBe(true);
    expect(call.listeners.size).toBe(0);
  });

  it('goes at the end of a clause when the agent speaks on and on', async () => {
    const call = departing({ isAtRest: false });
    await call.clock.advance(4_000);
    expect([call.isPausing(), await call.hasGone()]).toEqual([true, false]);
    call.clauseEnds();
    expect(await call.hasGone()).toBe(true);
  });

  it('waits for a change that a tool has begun, also when nobody speaks', async () => {
    const call = departing({ isAtRest: true, isChanging: true });
    await call.clock.advance(1_000);
    expect(await call.hasGone()).toBe(false);
    call.change({ isChanging: false });
    expect(await call.hasGone()).toBe(true);
  });

  it('is not kept longer than the limit', async () => {
    const call = departing({ isAtRest: false, isChanging: true });
    await call.clock.advance(DEPARTURE_MAX_MS - 1);
    expect(await call.hasGone()).toBe(false);
    await call.clock.advance(1);
    expect(await call.hasGone()).toBe(true);
  });

  it('goes at once when nothing is waited for any more', async () => {
    const call = departing({ isAtRest: false });
    call.now.abort();
    expect(await call.hasGone()).toBe(true);
  });
});
