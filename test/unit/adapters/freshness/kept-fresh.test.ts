import { describe, expect, it } from 'vitest';
import { KeptFresh } from '#adapters/freshness/kept-fresh';
import { manualClock } from '../../../support/manual-clock.ts';

const OPTIONS = { freshMs: 2_000, staleMs: 5_000, waitMaxMs: 250, readBudgetMs: 3_000 };

/** A value that is read when the test says so. */
function keptFresh() {
  const clock = manualClock();
  const reads: PromiseWithResolvers<string>[] = [];
  const failures: unknown[] = [];
  const kept = new KeptFresh(
    () => {
      const read = Promise.withResolvers<string>();
      reads.push(read);
      return read.promise;
    },
    { ...OPTIONS, clock, onFailure: (error) => void failures.push(error) },
  );
  return { clock, kept, reads, failures };
}

async function read(kept: KeptFresh<string>, reads: readonly PromiseWithResolvers<string>[], value: string) {
  const asked = kept.current();
  reads.at(-1)!.resolve(value);
  return asked;
}

describe('a value that is kept fresh', () => {
  it('is waited for the first time, and read once by all who ask', async () => {
    const { kept, reads } = keptFresh();
    const asked = [kept.current(), kept.current()];
    reads[0]!.resolve('one');
    expect(await Promise.all(asked)).toEqual(['one', 'one']);
    expect(reads).toHaveLength(1);
  });

  it('is not read again while it is young', async () => {
    const { clock, kept, reads } = keptFresh();
    await read(kept, reads, 'one');
    await clock.advance(OPTIONS.freshMs);
    expect(await kept.current()).toBe('one');
    expect(reads).toHaveLength(1);
  });

  it('is given at once when it is a little old, and is the new one for whoever asks next', async () => {
    const { clock, kept, reads } = keptFresh();
    await read(kept, reads, 'one');
    await clock.advance(OPTIONS.freshMs + 1);
    expect(await kept.current()).toBe('one');
    reads[1]!.resolve('two');
    await clock.advance(0);
    expect(await kept.current()).toBe('two');
  });

  it('is waited for when nobody asked for long: the change of an hour ago counts for the next call', async () => {
    const { clock, kept, reads } = keptFresh();
    await read(kept, reads, 'one');
    await clock.advance(3_600_000);
    const asked = kept.current();
    reads[1]!.resolve('two');
    expect(await asked).toBe('two');
  });

  it('keeps nobody waiting longer than it may', async () => {
    const { clock, kept, reads } = keptFresh();
    const first = kept.current();
    await clock.advance(OPTIONS.waitMaxMs);
    expect(await first).toBeUndefined();
    reads[0]!.resolve('late');
    await clock.advance(0);
    expect(await kept.current()).toBe('late');
  });

  it('is the last known one while it cannot be read, which is told once, and for which nobody waits again', async () => {
    const { clock, kept, reads, failures } = keptFresh();
    await read(kept, reads, 'one');
    for (let hours = 1; hours <= 3; hours += 1) {
      await clock.advance(3_600_000);
      const asked = kept.current();
      reads[hours]!.reject(new Error('storage is down'));
      expect(await asked).toBe('one');
    }
    expect(failures).toHaveLength(1);
    await clock.advance(OPTIONS.freshMs);
    // The fourth try hangs, and nobody notices.
    expect(await kept.current()).toBe('one');
    expect(await kept.current()).toBe('one');
    await clock.advance(3_600_000);
    expect(await kept.current()).toBe('one');
  });

  it('is read again after a failure, and told of when it fails anew', async () => {
    const { clock, kept, reads, failures } = keptFresh();
    const first = kept.current();
    reads[0]!.reject(new Error('storage is down'));
    expect(await first).toBeUndefined();
    expect(await kept.current()).toBeUndefined();
    expect(reads).toHaveLength(1);
    await clock.advance(OPTIONS.freshMs + 1);
    await kept.current();
    reads[1]!.resolve('well again');
    await clock.advance(0);
    expect(await kept.current()).toBe('well again');
    await clock.advance(3_600_000);
    const again = kept.current();
    reads[2]!.reject(new Error('storage is down'));
    expect(await again).toBe('well again');
    expect(failures).toHaveLength(2);
  });
});
