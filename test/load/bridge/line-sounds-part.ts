import type { BenchOptions, BenchPart, Figure } from '../report/figure.ts';
import { median, percentile } from '../report/statistics.ts';
import { BACKGROUND_KINDS, makeBackgrounds, type BackgroundKind, type LineSound } from './backgrounds.ts';
import { buildBridge } from './bridge-process.ts';
import type { Caller } from './caller.ts';
import { heardOut, within } from './conversation.ts';
import { HARNESS_LATE_MAX_MS, meterLoad, type LoadFindings } from './load-meter.ts';
import { LEAD_BOUND_FRAMES, newPaceFindings, type PaceFindings } from './pace.ts';
import { openStage, pause, type Stage } from './stage.ts';
import { complain, count } from './turn-part.ts';
import { agentVoice, callerText, callerWords, longReply } from './words.ts';

const ANSWER_MAX_MS = 5_000;

interface Run {
  readonly stops: ReadonlyMap<BackgroundKind, number>;
  readonly pace: PaceFindings;
  readonly load: LoadFindings;
  /** How many callers had an agent speaking to them all the time. */
  readonly speaking: number;
}

/**
 * All agents speak, and on each line is a sound that is nobody speaking to them: nothing may stop them, and their audio has to be even. Ten minutes of
 * each sound are twenty calls of half a minute, all sounds side by side.
 */
export const lineSoundsPart: BenchPart = {
  name: 'line-sounds',
  run: async (options) => {
    await buildBridge();
    const seconds = options.quick ? 10 : 30;
    // Seconds of arithmetic: before anybody waits for this process.
    options.progress('line sounds: making them');
    const backgrounds = makeBackgrounds(agentVoice(), options.calls);
    const stage = await openStage({ thinkAhead: 'off' }, options.signal);
    try {
      const pace = newPaceFindings();
      // A line that echoes does so from the first word on; whatever else is on it comes and goes.
      const lasting = backgrounds.map(({ kind, background }) => (kind === 'echo' ? background : undefined));
      const callers = await stage.call(options.calls, pace, options.signal, lasting);
      await Promise.all(callers.map((caller) => heardOut(caller, options.signal)));
      const runs: Run[] = [];
      for (let run = 1; run <= options.runs; run += 1) {
        options.progress(`line sounds and pace, ${options.calls} at once: run ${run} of ${options.runs}, ${seconds} s`);
        runs.push(await listenThrough(stage, callers, backgrounds, pace, { ...options, seconds }));
      }
      return [...falseStops(runs, options.calls, seconds), ...paceFigures(runs, options.calls)];
    } finally {
      complain(stage, options.progress);
      await stage.close();
    }
  },
};

async function listenThrough(
  stage: Stage,
  callers: readonly Caller[],
  backgrounds: readonly LineSound[],
  pace: PaceFindings,
  { seconds, progress, signal }: BenchOptions & { readonly seconds: number },
): Promise<Run> {
  const words = callerWords();
  const asked = await Promise.all(callers.map((caller) => ask(caller, words, seconds, signal)));
  const from = callers.map(({ stopsMs }) => stopsMs.length);
  callers.forEach((caller, index) => (caller.background = backgrounds[index]?.background));
  const before = { frames: pace.frames, underruns: pace.underruns };
  pace.jitterMs.length = 0;
  const stop = await meterLoad(stage);
  await pause(seconds * 1_000, signal);
  const load = await stop();
  const stops = new Map(BACKGROUND_KINDS.map((kind) => [kind, 0]));
  callers.forEach((caller, index) => {
    const kind = backgrounds[index]?.kind ?? 'line noise';
    const times = caller.stopsMs.length - (from[index] ?? 0);
    stops.set(kind, (stops.get(kind) ?? 0) + times);
    if (times > 0) progress(`  ${kind}, ${backgrounds[index]?.variant ?? ''}: interrupted ${times} times`);
  });
  const found = {
    ...pace,
    jitterMs: [...pace.jitterMs],
    frames: pace.frames - before.frames,
    underruns: pace.underruns - before.underruns,
  };
  const down = callers.filter(({ isOpen }) => !isOpen).length;
  if (down > 0) throw new Error(`${down} calls went down`);
  const speaking = callers.filter((caller, index) => caller.isOpen && asked[index] === true).length;
  callers.forEach((caller, index) => {
    if (backgrounds[index]?.kind !== 'echo') caller.background = undefined;
  });
  await Promise.all(
    callers.map((caller) =>
      within(ANSWER_MAX_MS * 3, signal, (limit) => caller.until(() => !caller.agentSpeaks, limit)),
    ),
  );
  return { stops, pace: found, load, speaking };
}

/** Asks for something that takes long to answer. Whether the agent began to. */
async function ask(
  caller: Caller,
  words: readonly (readonly Buffer[])[],
  seconds: number,
  signal: AbortSignal,
): Promise<boolean> {
  const number = caller.nextTurn;
  const reply = longReply(caller.number, number, seconds + ANSWER_MAX_MS / 1_000);
  // Not all in the same moment.
  await pause((caller.number % 50) * 40, signal);
  const turn = await caller.speak(words[number % words.length] ?? [], callerText(caller.number, number), reply, signal);
  return within(ANSWER_MAX_MS, signal, (limit) => caller.until(() => turn.firstAudioMs !== undefined, limit));
}

function falseStops(runs: readonly Run[], calls: number, seconds: number): Figure[] {
  const minutes = ((calls / BACKGROUND_KINDS.length) * seconds) / 60;
  const note = `${runs.length} x ${minutes.toFixed(1)} min on the line`;
  const figures = BACKGROUND_KINDS.map((kind) =>
    count(
      `false interruptions, ${kind}`,
      runs.map(({ stops }) => stops.get(kind) ?? 0),
      note,
    ),
  );
  const silent = runs.map(({ speaking }) => calls - speaking);
  return [...figures, count('agents that were not speaking, line sounds', silent)];
}

function paceFigures(runs: readonly Run[], calls: number): Figure[] {
  const jitter = runs.map(({ pace }) => percentile(pace.jitterMs, 99));
  const lateMs = Math.max(...runs.map(({ load }) => load.harnessLateP99Ms));
  const lead = runs.map(({ pace }) => pace.maxLeadFrames);
  const bridge = runs.flatMap(({ load }) => load.bridgePercent ?? []);
  const harness = runs.map(({ load }) => load.harnessPercent);
  const late =
    lateMs > HARNESS_LATE_MAX_MS ? { note: `UNRELIABLE: measuring process late by ${Math.round(lateMs)} ms` } : {};
  const speaking = `${calls} calls speaking`;
  return [
    {
      name: `pace, jitter between frames p99, ${speaking}`,
      unit: 'ms',
      value: median(jitter),
      runs: jitter,
      target: { max: 10 },
      ...late,
    },
    {
      ...count(
        `pace, underruns, ${speaking}`,
        runs.map(({ pace }) => pace.underruns),
      ),
      ...late,
    },
    {
      name: `pace, most frames ahead, ${speaking}`,
      unit: 'frames',
      value: Math.max(...lead),
      runs: lead,
      target: { max: LEAD_BOUND_FRAMES },
      ...late,
    },
    { name: `CPU of the bridge, ${speaking}`, unit: '% of a core', value: median(bridge), runs: bridge },
    { name: `CPU of the measuring process, ${speaking}`, unit: '% of a core', value: median(harness), runs: harness },
  ];
}
