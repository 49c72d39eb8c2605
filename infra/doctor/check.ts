/** One thing that has to be right before a caller can be served. */
export interface Check {
  /** What is looked at: the first column. */
  readonly name: string;
  /** Throws what it does not foresee; ends by the signal. */
  run(signal: AbortSignal): Promise<Finding>;
}

export type Finding =
  | { readonly kind: 'well'; readonly detail: string }
  /** Calls go on without it. */
  | { readonly kind: 'worth-knowing'; readonly problem: string; readonly remedy: string }
  | { readonly kind: 'broken'; readonly problem: string; readonly remedy: string };

export function well(detail: string): Finding {
  return { kind: 'well', detail };
}

export function broken(problem: string, remedy: string): Finding {
  return { kind: 'broken', problem, remedy };
}

/** One line of an error, bounded: it may quote what a far side said. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? causes(error) : 'unknown';
  return text.split('\n')[0]?.slice(0, 200) ?? 'unknown';
}

/** fetch says "fetch failed" and keeps the reason to itself. */
function causes(error: Error): string {
  return error.cause instanceof Error && error.cause.message !== '' && !error.message.includes(error.cause.message)
    ? `${error.message}: ${causes(error.cause)}`
    : error.message;
}
