import type { DiagLogger } from '@opentelemetry/api';
import * as z from 'zod';
import type { Log } from '../log.ts';

const QUIET_MS = 60_000;
const PROBLEM_MAX_CHARS = 160;

/** How the libraries write an error they were given: as JSON, with everything it holds, such as a response's body. */
const writtenError = z.object({
  name: z.string().optional().catch(undefined),
  code: z.union([z.string(), z.number()]).optional().catch(undefined),
  message: z.string().optional().catch(undefined),
});

/**
 * Where the libraries tell that something was not delivered: the first time at once, then once a minute at most, with how many there were since. The place a
 * destination that is down is noticed.
 */
export function exportProblems(log: Log, nowMs: () => number = () => performance.now()): DiagLogger {
  let quietUntilMs = -Infinity;
  let untold = 0;
  const tell = (...what: readonly unknown[]): void => {
    untold += 1;
    if (nowMs() < quietUntilMs) return;
    log.warn({ problem: problemOf(what), times: untold }, 'telemetry not delivered');
    quietUntilMs = nowMs() + QUIET_MS;
    untold = 0;
  };
  const ignore = (): void => undefined;
  return { error: tell, warn: tell, info: ignore, debug: ignore, verbose: ignore };
}

/** What can be said of it without a secret: a header's value or a connection string may stand in what is quoted, or after a sign of equality. */
function problemOf(what: readonly unknown[]): string {
  return what.flatMap(partsOf).map(plain).filter(Boolean).join(' ').slice(0, PROBLEM_MAX_CHARS);
}

function partsOf(one: unknown): readonly string[] {
  const written = writtenError.safeParse(
    one instanceof Error ? one : typeof one === 'string' ? parsed(one) : undefined,
  );
  if (written.success) return Object.values(written.data).flatMap((part) => (part === undefined ? [] : [String(part)]));
  return typeof one === 'string' ? [one] : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function plain(text: string): string {
  const beforeValues = text.split(/["'`(={[<\r\n]|:\/\//, 1)[0] ?? '';
  return beforeValues
    .split(/\s+/)
    .map((word) => (/(?=.*\d)[\w+/-]{20,}/.test(word) ? '…' : word))
    .join(' ')
    .trim();
}
