import { seededRandom, type SeededRandom } from '../../support/line-sounds/seeded-random.ts';
import type { TurnTimes } from '../services/ledger.ts';
import type { Caller } from './caller.ts';
import { pause } from './stage.ts';
import { callerText, shortReply, type Wording } from './words.ts';

/** Longer than any answer takes: what has not come by then is a failure. */
const ANSWER_MAX_MS = 5_000;
const STOP_MAX_MS = 2_000;
/** Long enough to be interrupted in the middle. */
const SENTENCES_INTERRUPTED = 4;

export interface ConversationFindings {
  /** Every turn that was begun and is over. */
  readonly turns: TurnTimes[];
  /** From the onset of speech over the agent to StopAudio, in milliseconds. */
  readonly stopMs: number[];
  /** The agent talked on. */
  missedStops: number;
  /** No answer in time, or the call went down. */
  unanswered: number;
}

export function newConversationFindings(): ConversationFindings {
  return { turns: [], stopMs: [], missedStops: 0, unanswered: 0 };
}

export interface ConversationPlan {
  readonly words: readonly (readonly Buffer[])[];
  /** Every second reply is interrupted; else all are heard out. */
  readonly interrupts: boolean;
  /** Of replies that are heard out. */
  readonly sentences: number;
  readonly wording: Wording;
}

/** Talks with the agent, turn after turn, until the signal says so. Resolves then. */
export async function converse(
  caller: Caller,
  plan: ConversationPlan,
  findings: ConversationFindings,
  signal: AbortSignal,
): Promise<void> {
  const random = seededRandom(caller.number);
  try {
    await heardOut(caller, signal);
    for (let over = false; ;) over = await takeTurn(caller, over, random, plan, findings, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** `over`: the agent is speaking and is to be interrupted. Gives whether the reply is still being spoken. */
async function takeTurn(
  caller: Caller,
  over: boolean,
  random: SeededRandom,
  { words, interrupts, sentences, wording }: ConversationPlan,
  findings: ConversationFindings,
  signal: AbortSignal,
): Promise<boolean> {
  await pause(over ? random.between(500, 1_200) : random.between(150, 400), signal);
  const number = caller.nextTurn;
  const next = interrupts && number % 2 === 1;
  const isOver = over && caller.agentSpeaks;
  const turn = await caller.speak(
    random.pick(words),
    callerText(caller.number, number),
    shortReply(caller.number, number, next ? SENTENCES_INTERRUPTED : sentences, wording),
    signal,
  );
  if (isOver) await noteStop(caller, turn, findings, signal);
  const answered = await within(ANSWER_MAX_MS, signal, (limit) =>
    caller.until(() => turn.firstAudioMs !== undefined, limit),
  );
  if (!answered || !caller.isOpen) {
    findings.unanswered += 1;
    if (!caller.isOpen) throw new Error(`call ${caller.number} went down`);
    return false;
  }
  findings.turns.push(turn);
  if (next) return true;
  await within(ANSWER_MAX_MS * 3, signal, (limit) => caller.until(() => !caller.agentSpeaks, limit));
  return false;
}

async function noteStop(
  caller: Caller,
  turn: TurnTimes,
  findings: ConversationFindings,
  signal: AbortSignal,
): Promise<void> {
  const stop = (): number | undefined => caller.stopsMs.find((atMs) => atMs >= turn.onsetMs);
  await within(STOP_MAX_MS, signal, (limit) => caller.until(() => stop() !== undefined, limit));
  const stoppedMs = stop();
  if (stoppedMs === undefined) findings.missedStops += 1;
  else findings.stopMs.push(stoppedMs - turn.onsetMs);
}

/** The greeting, from its first frame to its last. */
export async function heardOut(caller: Caller, signal: AbortSignal): Promise<void> {
  await within(ANSWER_MAX_MS, signal, (limit) => caller.until(() => caller.agentSpeaks, limit));
  await within(ANSWER_MAX_MS, signal, (limit) => caller.until(() => !caller.agentSpeaks, limit));
}

/** Whether it happened in time. Throws the signal's reason, not that of the time. */
export async function within(
  ms: number,
  signal: AbortSignal,
  wait: (limit: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new Error('in vain')), ms);
  const onAbort = (): void => limit.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await wait(limit.signal);
    return true;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (!limit.signal.aborted) throw error;
    return false;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
