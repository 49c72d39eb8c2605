import type { Caller } from './schema.ts';

/** One caller of the run: copies unrolled, `{n}` filled in. */
export type RunningCaller = Omit<Caller, 'copies'>;

export function unrollCopies(callers: readonly Caller[]): RunningCaller[] {
  return callers.flatMap((caller) => {
    if (caller.copies === 1) return [fillIn(caller, 1)];
    return Array.from({ length: caller.copies }, (_, index) => {
      const copy = fillIn(caller, index + 1);
      return { ...copy, name: `${copy.name}-${pad(index + 1)}` };
    });
  });
}

function fillIn<T>(value: T, copy: number): T {
  if (typeof value === 'string') return value.replaceAll('{n}', pad(copy)) as T & string;
  if (Array.isArray(value)) return value.map((item: unknown) => fillIn(item, copy)) as T & unknown[];
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]: [string, unknown]) => [key, fillIn(item, copy)]);
  return Object.fromEntries(entries) as T & object;
}

function pad(copy: number): string {
  return String(copy).padStart(2, '0');
}
