import type { Logger } from 'pino';
import type { TimerFunction } from '../app/functions.ts';
import type { Invocation, InvocationOutcome } from '../worker/functions-worker.ts';
import { nextOccurrence } from './ncrontab.ts';

/** setTimeout cannot wait longer; a longer wait is cut in pieces. */
const TIMEOUT_MAX_MS = 2 ** 31 - 1;

/** Runs a timer function at its times, one run after another, until closed. What was missed while nothing ran is not made up for. */
export class TimerTrigger {
  readonly #function: TimerFunction;
  readonly #invoke: (invocation: Invocation) => Promise<InvocationOutcome>;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(target: TimerFunction, invoke: (invocation: Invocation) => Promise<InvocationOutcome>, log: Logger) {
    this.#function = target;
    this.#invoke = invoke;
    this.#log = log;
    if (target.runOnStartup) void this.#run(undefined);
    else this.#wait(Date.now());
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #wait(afterMs: number): void {
    if (this.#closed) return;
    const dueMs = nextOccurrence(this.#function.schedule, afterMs);
    if (dueMs === undefined) {
      this.#log.warn({ functionName: this.#function.functionName }, 'timer never comes due');
      return;
    }
    this.#sleepUntil(dueMs);
  }

  #sleepUntil(dueMs: number): void {
    const waitMs = Math.max(0, dueMs - Date.now());
    this.#timer = setTimeout(
      () => (waitMs > TIMEOUT_MAX_MS ? this.#sleepUntil(dueMs) : void this.#run(dueMs)),
      Math.min(waitMs, TIMEOUT_MAX_MS),
    );
  }

  async #run(dueMs: number | undefined): Promise<void> {
    const outcome = await this.#invoke(timerInvocation(this.#function, dueMs, Date.now()));
    if (outcome.kind === 'busy') this.#log.warn({ functionName: this.#function.functionName }, 'timer run skipped');
    // A clock that was a moment early must not run the same occurrence twice.
    this.#wait(Math.max(Date.now(), dueMs ?? 0));
  }
}

export function timerInvocation(
  { functionName, binding, schedule }: TimerFunction,
  lastMs: number | undefined,
  nowMs: number,
): Invocation {
  const nextMs = nextOccurrence(schedule, nowMs);
  const input = {
    Schedule: { AdjustForDST: true },
    ScheduleStatus: { Last: isoOf(lastMs), LastUpdated: isoOf(lastMs), Next: isoOf(nextMs) },
    IsPastDue: false,
  };
  return {
    functionId: functionName,
    inputData: [{ name: binding, data: { json: JSON.stringify(input) } }],
    triggerMetadata: {},
  };
}

/** .NET's least date stands for "never". */
function isoOf(epochMs: number | undefined): string {
  return epochMs === undefined ? '0001-01-01T00:00:00+00:00' : new Date(epochMs).toISOString();
}
