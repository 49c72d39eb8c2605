import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { TELEPHONE_RATE_HZ } from '../enterprise/audio/resample.ts';
import { writeWav } from '../enterprise/audio/wav.ts';
import type { PlacedCall } from '../enterprise/placed-call.ts';
import type { SipTrace } from '../enterprise/sip/endpoint.ts';
import { collectCall, type Observations } from './collect-call.ts';
import { runScript, StepFailed, type CallerAct } from './caller-script.ts';
import { unrollCopies, type RunningCaller } from './copies.ts';
import { sequenceDiagram } from './diagram.ts';
import { unmetByCall, unmetByRun } from './expectations.ts';
import { prepare, type Preparation } from './prepare.ts';
import type { CallResult, ScenarioResult } from './result.ts';
import { RunLog } from './run-log.ts';
import type { Scenario } from './schema.ts';
import type { Surroundings } from './surroundings.ts';
import { Wake } from './wake.ts';

/** What a watching terminal is told while a scenario runs. */
export type ScenarioEvent =
  | { readonly type: 'call-placed'; readonly caller: string; readonly sipCallId: string }
  | { readonly type: 'caller-acted'; readonly caller: string; readonly act: CallerAct }
  | { readonly type: 'call-ended'; readonly caller: string; readonly outcome: string }
  | { readonly type: 'file-written'; readonly caller: string; readonly path: string };

export interface RunOptions {
  readonly onEvent?: (event: ScenarioEvent) => void;
  /** Where `play` finds its files. */
  readonly folder?: string;
  /** Aborting hangs up every call of the run. */
  readonly signal?: AbortSignal;
}

/** Log lines come through pipes: how long to wait for those of a call that is over. */
const LAST_LINES_MS = 300;
/** After the time limit: the BYE and its answer. */
const HANG_UP_MS = 3_000;

interface Run {
  readonly surroundings: Surroundings;
  readonly preparation: Preparation;
  readonly log: RunLog;
  readonly wake: Wake;
  readonly traces: SipTrace[];
  readonly signal: AbortSignal;
  readonly onEvent: (event: ScenarioEvent) => void;
}

/** Runs one scenario to its end: places its calls, lets its callers do their steps, and says what did not hold. */
export async function runScenario(
  scenario: Scenario,
  surroundings: Surroundings,
  options: RunOptions = {},
): Promise<ScenarioResult> {
  const callers = unrollCopies(scenario.callers);
  const preparation = await prepare(scenario, callers, surroundings, options.folder ?? '.');
  const limit = AbortSignal.timeout(scenario.time_limit);
  const run: Run = {
    surroundings,
    preparation,
    log: new RunLog(),
    wake: new Wake(),
    traces: [],
    signal: options.signal ? AbortSignal.any([limit, options.signal]) : limit,
    onEvent: options.onEvent ?? (() => undefined),
  };
  const stopListening = [
    surroundings.onLogLine((line) => {
      run.log.add(line);
      run.wake.notify();
    }),
    surroundings.enterprise.onTrace((trace) => run.traces.push(trace)),
  ];
  surroundings.enterprise.staffQueues(preparation.queues);
  try {
    const finished = await Promise.all(callers.map((caller) => runCaller(run, caller)));
    const calls = finished.flatMap(({ result }) => result ?? []);
    const failures = [
      ...finished.flatMap((one) => one.failures),
      ...(calls.length === callers.length ? unmetByRun(scenario, callers, calls) : []),
    ];
    const { name, description } = scenario;
    return { name, description, passed: failures.length === 0, failures, calls };
  } finally {
    for (const stop of stopListening) stop();
    await preparation.undo();
  }
}

async function runCaller(run: Run, caller: RunningCaller): Promise<{ result?: CallResult; failures: string[] }> {
  let call: PlacedCall;
  try {
    await delay(caller.starts_after, undefined, { signal: run.signal });
    call = await placeCall(run, caller);
  } catch (error) {
    return { failures: [`${caller.name}: the call could not be placed: ${reasonOf(error)}`] };
  }
  run.onEvent({ type: 'call-placed', caller: caller.name, sipCallId: call.sipCallId });
  const observations: Observations = { acts: [], answers: [] };
  const stopHandset = call.handset.subscribe((event) => {
    if (event.heard === 'answer') observations.answers.push(event);
    run.wake.notify();
  });
  call.subscribe(() => run.wake.notify());
  void call.ended.then(() => run.wake.notify());
  const failures: string[] = [];
  try {
    const { log, wake, preparation } = run;
    const onAct = (act: CallerAct): void => {
      observations.acts.push(act);
      run.onEvent({ type: 'caller-acted', caller: caller.name, act });
    };
    await runScript({ caller, call, voices: preparation.voices, log, wake, onAct }, run.signal);
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    failures.push(`${caller.name}: ${error.message}`);
  } finally {
    stopHandset();
    call.hangUp();
  }
  await Promise.race([call.ended, delay(HANG_UP_MS, undefined, { ref: false })]);
  run.onEvent({ type: 'call-ended', caller: caller.name, outcome: call.outcome ?? 'unfinished' });
  await delay(LAST_LINES_MS);
  const bare = collectCall(caller, call, observations, run.log, run.traces);
  const result = await writeFiles(run, caller, call, bare);
  return { result, failures: [...failures, ...unmetByCall(caller, result)] };
}

function placeCall(run: Run, caller: RunningCaller): Promise<PlacedCall> {
  const { enterprise, edgeSip } = run.surroundings;
  const headers = Object.entries(caller.headers).map(([name, value]) => ({ name, value }));
  for (const { count, value_bytes: bytes } of caller.generated_headers) {
    for (let index = 1; index <= count; index += 1) {
      headers.push({ name: `X-Flood-${bytes}-${index}`, value: 'x'.repeat(bytes) });
    }
  }
  if (caller.user_to_user !== undefined) headers.push({ name: 'User-to-User', value: caller.user_to_user });
  return enterprise.placeCall({
    from: caller.from,
    to: caller.to,
    edge: edgeSip[caller.transport],
    transport: caller.transport,
    codecs: [caller.codec === 'pcmu' ? 'PCMU' : 'PCMA'],
    headers,
    takesRefer: caller.takes_refer,
    lossRate: caller.packet_loss,
    ...(caller.echo ? { echo: { levelDb: caller.echo.level_db, delayMs: caller.echo.delay_ms } } : {}),
  });
}

async function writeFiles(run: Run, caller: RunningCaller, call: PlacedCall, bare: CallResult): Promise<CallResult> {
  const folder = run.surroundings.callsFolder;
  await mkdir(folder, { recursive: true });
  const stem = path.join(folder, `${bare.callId ?? bare.sipCallId.split('@', 1)[0] ?? 'call'}-${caller.name}`);
  const backstage = run.log
    .lines(call.sipCallId)
    .map(({ line, atMs }) => ({ line, atMs: Math.max(0, atMs - call.startedAtMs) }));
  const result = { ...bare, wav: `${stem}.wav`, diagram: `${stem}.mmd` };
  await writeFile(result.wav, writeWav(call.handset.recording(), TELEPHONE_RATE_HZ));
  await writeFile(result.diagram, sequenceDiagram(result, backstage));
  for (const file of [result.wav, result.diagram])
    run.onEvent({ type: 'file-written', caller: caller.name, path: file });
  return result;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown reason';
}
