import { untilAborted } from '#core/until-aborted';

/** Runs `work` for `budgetMs` at most, also when it takes no notice of its signal. Throws what `work` throws, or that the time is over. */
export async function withinBudget<Result>(
  budgetMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const budget = new AbortController();
  const timer = setTimeout(() => budget.abort(new Error(`no answer within ${budgetMs} ms`)), budgetMs);
  const either = AbortSignal.any([signal, budget.signal]);
  try {
    return await untilAborted(work(either), either);
  } finally {
    clearTimeout(timer);
  }
}
