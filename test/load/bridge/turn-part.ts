import type { BenchOptions, BenchPart, Figure } from '../report/figure.ts';
import { median, percentile } from '../report/statistics.ts';
import { buildBridge, type BridgeOptions } from './bridge-process.ts';
import { converse, newConversationFindings, type ConversationFindings } from './conversation.ts';
import { HARNESS_LATE_MAX_MS, meterLoad, type LoadFindings } from './load-meter.ts';
import { newPaceFindings } from './pace.ts';
import { openStage, pause, type Stage } from './stage.ts';
import { addedLatency, addedToWhole } from './turn-latency.ts';
import { callerWords } from './words.ts';

/** Connections, caches and the compiler are warm after this: what is judged is a bridge that has been taking calls. */
const WARM_UP_MS = 5_000;

/** Short, so that many turns fit into the time. */
const PLAN = { interrupts: true, sentences: 1, wording: 'brief' } as const;

interface Run extends ConversationFindings {
  readonly load: LoadFindings;
}

/**
 * Latency a turn and interruption, with one call and with many. Every second reply is heard out, every other one is interrupted, so that both are
 * measured in the same conversations.
 */
export const turnPart: BenchPart = {
  name: 'turn',
  run: async (options) => {
    await buildBridge();
    const figures: Figure[] = [];
    const one = await conversations({ thinkAhead: 'off' }, 1, { ...options, seconds: options.quick ? 10 : 45 });
    figures.push(...latencyFigures(one, '1 call', { p50: 10, p99: 40 }), ...stopFigures(one, '1 call'));
    const many = await conversations({ thinkAhead: 'off' }, options.calls, {
      ...options,
      seconds: options.quick ? 8 : 25,
    });
    const calls = `${options.calls} calls`;
    figures.push(...latencyFigures(many, calls, { p99: 60 }), ...stopFigures(many, calls), ...cpuFigures(many, calls));
    for (const thinkAhead of ['on-final', 'on-partial'] as const) {
      const runs = await conversations({ thinkAhead }, 1, { ...options, runs: 1, seconds: options.quick ? 5 : 20 });
      figures.push(thinkAheadFigure(runs, thinkAhead));
    }
    return figures;
  },
};

async function conversations(
  bridge: BridgeOptions,
  calls: number,
  { runs, seconds, progress, signal }: BenchOptions & { readonly seconds: number },
): Promise<Run[]> {
  const stage = await openStage(bridge, signal);
  const words = callerWords();
  const over = new AbortController();
  const talking: Promise<void>[] = [];
  try {
    // Outlives the runs: each run has what was added meanwhile.
    const findings = newConversationFindings();
    const callers = await stage.call(calls, newPaceFindings(), signal);
    for (const caller of callers) talking.push(converse(caller, { words, ...PLAN }, findings, over.signal));
    const broken = Promise.all(talking);
    await Promise.race([pause(WARM_UP_MS, signal), broken]);
    const measured: Run[] = [];
    for (let run = 1; run <= runs; run += 1) {
      progress(
        `turns and interruptions, ${calls} at once, thinking ahead ${bridge.thinkAhead}: run ${run} of ${runs}, ${seconds} s`,
      );
      const stop = await meterLoad(stage);
      const before = snapshot(findings);
      await Promise.race([pause(seconds * 1_000, signal), broken]);
      measured.push({ ...since(findings, before), load: await stop() });
    }
    return measured;
  } finally {
    complain(stage, progress);
    over.abort(new Error('measured'));
    await Promise.allSettled(talking);
    await stage.close();
  }
}

function snapshot({ turns, stopMs, missedStops, unanswered }: ConversationFindings) {
  return { turns: turns.length, stopMs: stopMs.length, missedStops, unanswered };
}

function since(findings: ConversationFindings, before: ReturnType<typeof snapshot>): ConversationFindings {
  return {
    turns: findings.turns.slice(before.turns),
    stopMs: findings.stopMs.slice(before.stopMs),
    missedStops: findings.missedStops - before.missedStops,
    unanswered: findings.unanswered - before.unanswered,
  };
}

function latencyFigures(
  runs: readonly Run[],
  calls: string,
  max: { readonly p50?: number; readonly p99: number },
): Figure[] {
  const added = runs.map(({ turns }) => turns.flatMap((turn) => addedLatency(turn) ?? []));
  type Leg = keyof (typeof added)[number][number];
  const values = (key: Leg, percent: number): number[] =>
    added.map((turns) =>
      percentile(
        turns.map((turn) => turn[key]),
        percent,
      ),
    );
  const leg = (name: string, key: Leg): Figure => ({
    ...figure(`of it ${name} p99, ${calls}`, values(key, 99), runs),
    note: `p50 ${median(values(key, 50)).toFixed(1)} ms`,
  });
  return [
    figure(`turn, added latency p50, ${calls}`, values('totalMs', 50), runs, max.p50),
    figure(`turn, added latency p99, ${calls}`, values('totalMs', 99), runs, max.p99),
    leg('audio late at the recogniser', 'hearMs'),
    leg('final and pause to model request', 'decideMs'),
    leg('first clause to SSML', 'speakMs'),
    leg('first audio to media socket', 'playMs'),
    count(
      `turns without an answer, ${calls}`,
      runs.map(({ unanswered }) => unanswered),
    ),
  ];
}

function stopFigures(runs: readonly Run[], calls: string): Figure[] {
  return [
    figure(
      `interruption, onset to StopAudio p50, ${calls}`,
      runs.map(({ stopMs }) => percentile(stopMs, 50)),
      runs,
    ),
    figure(
      `interruption, onset to StopAudio p95, ${calls}`,
      runs.map(({ stopMs }) => percentile(stopMs, 95)),
      runs,
      200,
    ),
    count(
      `interruptions not noticed, ${calls}`,
      runs.map(({ missedStops }) => missedStops),
    ),
  ];
}

function cpuFigures(runs: readonly Run[], calls: string): Figure[] {
  const bridge = runs.flatMap(({ load }) => load.bridgePercent ?? []);
  const harness = runs.map(({ load }) => load.harnessPercent);
  return [
    { name: `CPU of the bridge, ${calls}`, unit: '% of a core', value: median(bridge), runs: bridge },
    { name: `CPU of the measuring process, ${calls}`, unit: '% of a core', value: median(harness), runs: harness },
  ];
}

function thinkAheadFigure(runs: readonly Run[], thinkAhead: string): Figure {
  const p50 = runs.map(({ turns }) =>
    percentile(
      turns.flatMap((turn) => addedToWhole(turn) ?? []),
      50,
    ),
  );
  return {
    ...figure(`turn, added latency p50, 1 call, thinking ahead ${thinkAhead}`, p50, runs),
    note: 'below zero: the model wrote during the pause',
  };
}

function figure(name: string, values: readonly number[], runs: readonly Run[], max?: number): Figure {
  const lateMs = Math.max(...runs.map(({ load }) => load.harnessLateP99Ms));
  const turns = runs.reduce((sum, run) => sum + run.turns.length, 0);
  return {
    name,
    unit: 'ms',
    value: median(values),
    runs: values,
    ...(max === undefined ? {} : { target: { max } }),
    note:
      `${turns} turns` +
      (lateMs > HARNESS_LATE_MAX_MS ? `; UNRELIABLE: measuring process late by ${Math.round(lateMs)} ms` : ''),
  };
}

/** The worst run counts. */
export function count(name: string, values: readonly number[], note?: string): Figure {
  return {
    name,
    unit: '',
    value: Math.max(...values),
    runs: values,
    target: { max: 0 },
    ...(note === undefined ? {} : { note }),
  };
}

/** What the bridge and the recogniser did not like: the figures are worth less with it. */
export function complain({ bridge, outside }: Stage, progress: (line: string) => void): void {
  for (const [message, { times, first }] of bridge.complaints)
    progress(`  the bridge said "${message}" ${times} times, first: ${first}`);
  if (outside.counts.wrongFrames > 0) progress(`  ${outside.counts.wrongFrames} frames did not reach the recogniser`);
}
