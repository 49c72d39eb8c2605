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
