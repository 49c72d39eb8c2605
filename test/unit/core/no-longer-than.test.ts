import { describe, expect, it } from 'vitest';
import { noLongerThan } from '#core/no-longer-than';
import { manualClock } from '../../support/manual-clock.ts';

const never = new Promise<never>(() => undefined);

describe('waiting no longer than so many milliseconds', () => {
  it('gives what comes in time', async () => {
    const waited = await noLongerThan(1_000, manualClock(), Promise.resolve('here'));
    expect(waited).toEqual({ kind: 'done', result: 'here' });
  });

  it('throws what fails in time', async () => {
    const work = Promise.reject(new Error('broken'));
    await expect(noLongerThan(1_000, manualClock(), work)).rejects.toThrow('broken');
  });

  it('is over when the time is', async () => {
    const clock = manualClock();
    const waited = noLongerThan(1_000, clock, never);
    await clock.advance(1_000);
    expect(await waited).toEqual({ kind: 'too-late' });
  });

  it('is over when nobody wants to wait any more, also before it began', async () => {
    const enough = new AbortController();
    const waited = noLongerThan(1_000, manualClock(), never, enough.signal);
    enough.abort(new Error('enough'));
    expect(await waited).toEqual({ kind: 'too-late' });
    expect(await noLongerThan(1_000, manualClock(), never, enough.signal)).toEqual({ kind: 'too-late' });
  });

  it('leaves nothing behind that waits', async () => {
    const sleeps: AbortSignal[] = [];
    const clock = manualClock();
    const watched = {
      ...clock,
      sleep: (ms: number, signal?: AbortSignal) => {
        if (signal !== undefined) sleeps.push(signal);
        return clock.sleep(ms, signal);
      },
    };
    await noLongerThan(1_000, watched, Promise.resolve('here'));
    expect(sleeps.map(({ aborted }) => aborted)).toEqual([true]);
  });
});
