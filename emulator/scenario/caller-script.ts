import { setTimeout as delay } from 'node:timers/promises';
import type { PlacedCall } from '../enterprise/placed-call.ts';
import type { RunningCaller } from './copies.ts';
import type { Voices } from './prepare.ts';
import type { RunLog } from './run-log.ts';
import type { Step } from './schema.ts';
import type { Wake } from './wake.ts';

/** What the caller did, for the transcript. */
export interface CallerAct {
  readonly by: 'caller' | 'keypad';
  readonly text: string;
  readonly atMs: number;
}

interface ScriptRun {
  readonly caller: RunningCaller;
  readonly call: PlacedCall;
  readonly voices: Voices;
  readonly log: RunLog;
  readonly wake: Wake;
  readonly onAct: (act: CallerAct) => void;
}

/** A step that could not be done; the message says which one and why. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
}

/** Does the steps one after another, waiting on events; stops at the first that cannot be done. */
export async function runScript(run: ScriptRun, signal: AbortSignal): Promise<void> {
  const position: Position = { utterance: 0, actedAt: 0 };
  for (const [index, step] of run.caller.steps.entries()) {
    try {
      await doStep(run, step, position, signal);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'stopped';
      throw new StepFailed(`step ${index + 1} (${describe(step)}): ${reason}`);
    }
  }
}

/** Both count the agent's utterances in the log: up to where `heard` has read, and how many there were when the caller last acted. */
interface Position {
  utterance: number;
  actedAt: number;
}

async function doStep(run: ScriptRun, step: Step, position: Position, signal: AbortSignal): Promise<void> {
  const { call, voices, caller } = run;
  if ('wait_for' in step) return waitFor(run, step.wait_for, position, signal);
  if ('heard' in step) {
    await waitUntilHeard(run, step.heard, position, signal);
    return;
  }
  if ('wait' in step) return wait(run, step.wait, signal);
  if ('hang_up' in step || 'cancel' in step) {
    call.hangUp();
    return until(run, () => call.outcome !== undefined, signal);
  }
  if (call.outcome !== undefined) throw new Error(`the call is over (${call.outcome})`);
  if ('press' in step) {
    run.onAct({ by: 'keypad', text: step.press, atMs: Date.now() });
    await call.press(step.press);
  } else if ('play' in step) {
    run.onAct({ by: 'caller', text: `[${step.play}]`, atMs: Date.now() });
    await call.handset.say(voices.file(step.play));
  } else if ('repeat' in step) {
    const { heard, say, language = caller.language } = step.repeat;
    const text = say.replaceAll('{1}', wordsOf(await waitUntilHeard(run, heard, position, signal)));
    const audio = await voices.learn(text, caller.voice, language);
    await waitFor(run, 'agent-done', position, signal);
    run.onAct({ by: 'caller', text, atMs: Date.now() });
    await call.handset.say(audio);
  } else {
    if ('interrupt' in step) {
      await waitFor(run, 'agent-speaking', position, signal);
      await wait(run, step.interrupt.after_ms, signal);
    }
    const text = 'say' in step ? step.say : step.interrupt.say;
    run.onAct({ by: 'caller', text, atMs: Date.now() });
    await call.handset.say(voices.speech(text, caller.voice));
  }
  position.actedAt = run.log.agentUtterances(call.sipCallId).length;
}

type WaitedFor = Extract<Step, { wait_for: unknown }>['wait_for'];

function waitFor(run: ScriptRun, what: WaitedFor, position: Position, signal: AbortSignal): Promise<void> {
  const { call, log } = run;
  switch (what) {
    case 'ringing':
      return until(run, () => call.isRinging || call.answeredAtMs !== undefined, signal);
    case 'answer':
      return until(run, () => call.answeredAtMs !== undefined, signal);
    case 'agent-speaking':
      return until(run, () => call.handset.hearsVoice, signal);
    case 'agent-done':
      return until(run, () => !call.handset.hearsVoice && hasAnswered(log, call.sipCallId, position), signal);
    case 'silence':
      return until(run, () => !call.handset.hearsVoice, signal);
    case 'person':
      return until(run, () => call.visits.some((visit) => visit.answeredAtMs !== undefined), signal);
    case 'end':
      return until(run, () => call.outcome !== undefined, signal);
    default:
      return what satisfies never;
  }
}

/** Since the caller last spoke or pressed a key the agent has said something, and is not saying more. */
function hasAnswered(log: RunLog, sipCallId: string, position: Position): boolean {
  const utterances = log.agentUtterances(sipCallId);
  return utterances.length > position.actedAt && utterances.at(-1)?.kind === 'said';
}

/** What the expression's first group has found. */
async function waitUntilHeard(
  run: ScriptRun,
  pattern: string,
  position: Position,
  signal: AbortSignal,
): Promise<string> {
  const expression = new RegExp(pattern, 'i');
  let found = '';
  await until(
    run,
    () => {
      const utterances = run.log.agentUtterances(run.call.sipCallId);
      const at = utterances.findIndex(({ text }, index) => index >= position.utterance && expression.test(text));
      if (at < 0) return false;
      position.utterance = at + 1;
      found = expression.exec(utterances[at]?.text ?? '')?.[1] ?? '';
      return true;
    },
    signal,
  );
  return found;
}

/** Marks are pauses, and a recogniser takes a long one for the end. */
function wordsOf(text: string): string {
  return text
    .replace(/[^\p{L}\p{N}' ]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** A call that ends meanwhile ends the wait. */
async function wait({ call, wake }: ScriptRun, durationMs: number, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  try {
    await Promise.race([delay(durationMs, undefined, { signal: either }), wake.until(() => call.outcome, either)]);
  } finally {
    over.abort();
  }
}

/** Log lines come through a pipe: the last words of a call may arrive after its BYE. */
const LATE_LINES_MS = 1_000;

/** The end of the call ends every wait, unless the end is what is waited for. */
async function until({ call, wake }: ScriptRun, check: () => boolean, signal: AbortSignal): Promise<void> {
  const isMet = await wake.until(() => (check() ? true : call.outcome && false), signal);
  if (isMet) return;
  try {
    const late = AbortSignal.any([signal, AbortSignal.timeout(LATE_LINES_MS)]);
    await wake.until(() => (check() ? true : undefined), late);
  } catch {
    throw new Error(`the call ended first (${call.outcome ?? 'unknown'})`);
  }
}

function describe(step: Step): string {
  return JSON.stringify(step).slice(1, -1).replaceAll('"', '');
}
