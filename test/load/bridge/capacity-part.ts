import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BenchOptions, BenchPart, Figure } from '../report/figure.ts';
import { percentile, slope } from '../report/statistics.ts';
import { buildBridge } from './bridge-process.ts';
import { converse, newConversationFindings, type ConversationFindings } from './conversation.ts';
import { HARNESS_LATE_MAX_MS, meterLoad, type LoadFindings } from './load-meter.ts';
import { newPaceFindings } from './pace.ts';
import { readProfile } from './profile.ts';
import { openStage, pause, type Stage } from './stage.ts';
import { addedLatency } from './turn-latency.ts';
import { complain } from './turn-part.ts';
import { callerWords } from './words.ts';

const STEPS = [50, 100, 150, 175, 200, 225, 250, 275, 300];
const QUICK_STEPS = [50, 150];
const P99_MAX_MS = 60;
const CALLS_MIN = 150;
/** After the last call of a step came in. */
const SETTLE_MS = 3_000;
/** Replies of about four seconds: the caller and the agent speak half of the time each. */
const PLAN = { interrupts: false, sentences: 2, wording: 'usual' } as const;

interface Step {
  readonly calls: number;
  readonly turns: number;
  readonly addedP99Ms: number;
  readonly unanswered: number;
  readonly load: LoadFindings;
}

/** How many calls one core carries, and what it does meanwhile. Calls talk with the agent all the time, which no real hundred and fifty callers do. */
export const capacityPart: BenchPart = {
  name: 'capacity',
  run: async (options) => {
    await buildBridge();
    const steps = await climb(options);
    return [...capacityFigures(steps), ...(await profileFigures(options))];
  },
};

async function climb({ quick, progress, signal }: BenchOptions): Promise<Step[]> {
  const stage = await openStage({ thinkAhead: 'off' }, signal);
  const over = new AbortController();
  const talking: Promise<void>[] = [];
  const findings = newConversationFindings();
  const words = callerWords();
  const steps: Step[] = [];
  const seconds = quick ? 8 : 15;
  try {
    for (const calls of quick ? QUICK_STEPS : STEPS) {
      const callers = await stage.call(calls - talking.length, newPaceFindings(), signal);
      for (const caller of callers) {
        const talk = converse(caller, { words, ...PLAN }, findings, over.signal);
        // Its turns that go without an answer are counted.
        talking.push(talk.catch(() => undefined));
      }
      await pause(SETTLE_MS, signal);
      let step = await measure(stage, calls, findings, seconds, signal);
      progress(told(step));
      if (!holds(step)) {
        // Once more: another program on the machine may have been it.
        step = await measure(stage, calls, findings, seconds, signal);
        progress(told(step));
      }
      steps.push(step);
      if (!holds(step)) break;
    }
    return steps;
  } finally {
    complain(stage, progress);
    over.abort(new Error('measured'));
    await Promise.all(talking);
    await stage.close();
  }
}

async function measure(
  stage: Stage,
  calls: number,
  findings: ConversationFindings,
  seconds: number,
  signal: AbortSignal,
): Promise<Step> {
  const stop = await meterLoad(stage);
  const [turns, unanswered] = [findings.turns.length, findings.unanswered];
  await pause(seconds * 1_000, signal);
  const load = await stop();
  const added = findings.turns.slice(turns).flatMap((turn) => addedLatency(turn)?.totalMs ?? []);
  return {
    calls,
    turns: added.length,
    addedP99Ms: percentile(added, 99),
    unanswered: findings.unanswered - unanswered,
    load,
  };
}

function told({ calls, turns, addedP99Ms, load }: Step): string {
  return (
    `capacity: ${calls} calls, ${turns} turns, added latency p99 ${addedP99Ms.toFixed(1)} ms, ` +
    `bridge ${load.bridgePercent?.toFixed(0) ?? '?'} % of a core, ` +
    `measuring process ${load.harnessPercent.toFixed(0)} %, late by ${load.harnessLateP99Ms.toFixed(1)} ms`
  );
}

function holds({ addedP99Ms, unanswered }: Step): boolean {
  return addedP99Ms <= P99_MAX_MS && unanswered === 0;
}

function capacityFigures(steps: readonly Step[]): Figure[] {
  const last = steps.filter(holds).at(-1);
  const failed = steps.find((step) => !holds(step));
  const limit =
    failed === undefined
      ? 'the limit was not reached'
      : `with ${failed.calls}: p99 ${Math.round(failed.addedP99Ms)} ms, ${failed.unanswered} unanswered` +
        (failed.load.harnessLateP99Ms > HARNESS_LATE_MAX_MS
          ? `; the measuring process was late by ${Math.round(failed.load.harnessLateP99Ms)} ms itself`
          : '');
  const calls = last?.calls ?? 0;
  const bytes = slope(
    steps.flatMap((step) => (step.load.rssBytes === undefined ? [] : [[step.calls, step.load.rssBytes] as const])),
  );
  const most = steps.at(-1);
  const perCall = (most?.load.bridgePercent ?? Number.NaN) / (most?.calls ?? 1);
  const one = (name: string, unit: string, value: number, note?: string): Figure => ({
    name,
    unit,
    value,
    runs: [value],
    ...(note === undefined ? {} : { note }),
  });
  return [
    { ...one('capacity, turns p99 within 60 ms', 'calls/core', calls, limit), target: { min: CALLS_MIN } },
    ...steps.map((step) => one(`added latency p99, ${step.calls} calls`, 'ms', step.addedP99Ms)),
    one('CPU a call', '% of a core', perCall, 'with the most calls that were tried'),
    one('CPU of the measuring process', '% of a core', most?.load.harnessPercent ?? Number.NaN, 'then'),
    one('memory a call', 'KiB', bytes / 1024, 'slope of the resident set over the steps'),
  ];
}

/** What the bridge's core does with many calls on it. */
async function profileFigures({ calls, quick, progress, signal }: BenchOptions): Promise<Figure[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'trunkline-profile-'));
  const seconds = quick ? 6 : 15;
  progress(`profile: ${calls} calls, ${seconds} s`);
  try {
    const stage = await openStage({ thinkAhead: 'off', profileFolder: folder }, signal);
    const window = await talkFor(stage, calls, seconds, signal).finally(() => stage.close());
    const { shares, costliest } = await readProfile(folder, window);
    for (const { name, percent } of costliest) progress(`  ${percent.toFixed(1).padStart(5)} %  ${name}`);
    return shares.map(({ name, percent }) => ({
      name: `share of the bridge's CPU: ${name}`,
      unit: '%',
      value: percent,
      runs: [percent],
    }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** From when to when, on the system's monotonic clock. */
async function talkFor(
  stage: Stage,
  calls: number,
  seconds: number,
  signal: AbortSignal,
): Promise<{ readonly fromUs: number; readonly toUs: number }> {
  const over = new AbortController();
  const callers = await stage.call(calls, newPaceFindings(), signal);
  const words = callerWords();
  const talking = callers.map((caller) => converse(caller, { words, ...PLAN }, newConversationFindings(), over.signal));
  await pause(SETTLE_MS, signal);
  const fromUs = Number(process.hrtime.bigint() / 1_000n);
  await pause(seconds * 1_000, signal);
  const toUs = Number(process.hrtime.bigint() / 1_000n);
  over.abort(new Error('measured'));
  await Promise.all(talking);
  return { fromUs, toUs };
}
