import type { Clock } from './ports/clock.ts';

/** What came of waiting: the result, or the time was over first. */
export type Waited<Result> = { readonly kind: 'done'; readonly result: Result } | { readonly kind: 'too-late' };

/**
 * Waits for `work` for `ms` at most, and no longer than `signal` allows. The work itself goes on, and whoever wants its late result keeps the promise. Throws
 * what it throws in time; a later failure is not told.
 */
export async function noLongerThan<Result>(
  ms: number,
  clock: Clock,
  work: Promise<Result>,
  signal?: AbortSignal,
): Promise<Waited<Result>> {
  const over = new AbortController();
  const tooLate = (): Waited<Result> => ({ kind: 'too-late' });
  const ends = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
  try {
    return await Promise.race([
      work.then((result): Waited<Result> => ({ kind: 'done', result })),
      clock.sleep(ms, ends).then(tooLate, tooLate),
    ]);
  } finally {
    over.abort();
  }
}
