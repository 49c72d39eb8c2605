import { readdirSync, readFileSync } from 'node:fs';
import type { LogLine } from '../../../emulator/scenario/surroundings.ts';
import { numbersOf } from '../world/agents.ts';
import { World, type NumberedRow } from '../world/world.ts';
import type { FaultRow, Line } from '../rows/row.ts';
import { leaksOfAll } from './left-behind.ts';
import { runRow, type RowResult } from './run-row.ts';

interface ScheduleOptions {
  /** Stacks beside each other. */
  readonly stacks: number;
  readonly onResult: (result: RowResult) => void;
  readonly onProgress: (what: string) => void;
  readonly onLine: (stack: number, line: LogLine) => void;
  readonly signal: AbortSignal;
}

/** As many calls as a busy machine of two cores speaks and hears at the same time without being late. */
const CALLS_AT_ONCE = 5;
/** A service over HTTP that fails is left alone for a while, and keys of tokens are not asked for again at once. */
const REMEMBERED: ReadonlySet<Line> = new Set<Line>(['bridge>customers', 'bridge>keys']);
/** Rows that may take longer wait for something most of that time. */
const LONG_S = 20;
/** Whatever a row waits for, it does not take longer than this beside its own bound. */
const ROW_LIMIT_MS = 120_000;

/**
 * Runs every row: those that concern their own call only beside each other in one stack, the others one after the other in as many stacks as there
 * are to be. Resolves with what was left behind by the stacks, a sentence each.
 */
export async function runAll(rows: readonly FaultRow[], options: ScheduleOptions): Promise<readonly string[]> {
  const numbered = rows.map((row, index): NumberedRow => ({ row, numbers: numbersOf(index + 1) }));
  const perCall = numbered.filter(({ row }) => row.perCall);
  const alone = numbered.filter(({ row }) => !row.perCall);
  const jobs: (readonly NumberedRow[])[] = [...(perCall.length > 0 ? [perCall] : []), ...alone.map((row) => [row])];
  const stacks = Math.max(1, Math.min(options.stacks, jobs.length));
  const left = await Promise.all(
    Array.from({ length: stacks }, (_, stack) => runStack(stack, jobs, numbered, options)),
  );
  return left.flat();
}

async function runStack(
  stack: number,
  jobs: (readonly NumberedRow[])[],
  rows: readonly NumberedRow[],
  { onResult, onProgress, onLine, signal }: ScheduleOptions,
): Promise<readonly string[]> {
  const left: string[] = [];
  let world: World | undefined;
  let isBridgeWorn = false;
  for (let job = jobs.shift(); job !== undefined && !signal.aborted; job = jobs.shift()) {
    try {
      if (world === undefined) {
        onProgress(`stack ${stack + 1} starts`);
        world = await World.start({ rows, signal, onLine: (line) => onLine(stack, line) });
      }
      const current = world;
      if (isBridgeWorn && !job.every(({ row }) => startsItsBridge(row))) await current.restart('bridge');
      isBridgeWorn = job.some(({ row }) => wearsTheBridge(row));
      await fewAtOnce(job, async (row) => {
        onProgress(`${row.row.name} ...`);
        const result = await bounded(row, runRow(row, current), signal);
        if (!result.passed) isBridgeWorn = true;
        onResult(result);
      });
      left.push(...(await leaksOfAll(current)));
      if (jobs.length > 0 && job.some(({ row }) => row.clockAheadS?.functions !== undefined)) {
        await current.restart('functions');
      }
      if (jobs.length > 0 && current.stack.functions.pid === undefined) await current.stack.functions.start();
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown reason';
      for (const { row } of job) {
        onResult({
          name: row.name,
          passed: false,
          seconds: undefined,
          heard: '',
          problems: [`the stack failed: ${reason}`],
        });
      }
      left.push(...(await stopped(world)));
      world = undefined;
    }
  }
  return [...left, ...(await stopped(world))];
}

/**
 * A bridge that has served the row is as good as new for the next one, unless it remembers for a while who has failed it, or is not what the others are:
 * the next call through it then also shows that it has got over the fault.
 */
function wearsTheBridge(row: FaultRow): boolean {
  const remembers = row.breaks.some((one) => 'on' in one && REMEMBERED.has(one.on));
  return remembers || startsItsBridge(row) || row.bridges !== undefined || row.breaks.some((one) => 'kill' in one);
}

/** Before its call, with what it needs: another start before that would be for nothing. */
function startsItsBridge({ fresh, second, clockAheadS }: FaultRow): boolean {
  return fresh?.includes('bridge') === true || second !== undefined || clockAheadS?.bridge !== undefined;
}

/** Those that wait for a minute cost nothing meanwhile: they begin at once, beside the few that speak and hear. */
async function fewAtOnce(rows: readonly NumberedRow[], run: (row: NumberedRow) => Promise<void>): Promise<void> {
  const { waiting = [], talking: left = [] } = Object.groupBy(
    rows,
    ({ row: { withinS, finalWhileBrokenWithinS = 0 } }) =>
      Math.max(withinS, finalWhileBrokenWithinS) > LONG_S ? 'waiting' : 'talking',
  );
  const next = async (): Promise<void> => {
    for (let row = left.shift(); row !== undefined; row = left.shift()) await run(row);
  };
  await Promise.all([...waiting.map(run), ...Array.from({ length: CALLS_AT_ONCE }, next)]);
}

async function bounded(
  { row }: NumberedRow,
  running: Promise<RowResult>,
  interrupted: AbortSignal,
): Promise<RowResult> {
  const limitMs = ROW_LIMIT_MS + row.withinS * 1_000;
  const given = new AbortController();
  const tooLong = AbortSignal.any([AbortSignal.timeout(limitMs), interrupted, given.signal]);
  const ended = new Promise<RowResult>((resolve) => {
    const end = (): void => {
      const problems = [interrupted.aborted ? 'interrupted' : `nothing more after ${limitMs / 1_000} s`];
      resolve({ name: row.name, passed: false, seconds: undefined, heard: '', problems });
    };
    if (tooLong.aborted) end();
    else tooLong.addEventListener('abort', end, { once: true });
  });
  try {
    return await Promise.race([running, ended]);
  } finally {
    given.abort();
  }
}

/** Ends a stack: what of it still runs afterwards. */
async function stopped(world: World | undefined): Promise<readonly string[]> {
  if (world === undefined) return [];
  const pids = world.stack.pids.flatMap((pid) => [pid, ...descendantsOf(pid)]);
  await world.stop();
  return pids.filter(isAlive).map((pid) => `process ${pid} was left behind`);
}

function descendantsOf(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

function isAlive(pid: number): boolean {
  // One that nobody has waited for yet is no more than a row in a table.
  return readdirSync('/proc').includes(String(pid)) && !/^State:\s+Z/m.test(read(`/proc/${pid}/status`));
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
