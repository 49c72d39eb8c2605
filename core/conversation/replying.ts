import { unreachable } from '../unreachable.ts';
import { askForProof } from './at-gate.ts';
import { announce, askWhether } from './handing-over.ts';
import type { HandoverRequest } from './hand-over-request.ts';
import type { ToolUse, TurnInput } from './input.ts';
import { callerActs, heldLongEnough } from './interruption.ts';
import type { ReplyFailure } from './reply-failure.ts';
import { answerAgain } from './resume.ts';
import type { Replying, Then, TurnIn, TurnState } from './state.ts';
import {
  ended,
  kept,
  listening,
  listenNext,
  recorded,
  say,
  startSilence,
  stop,
  stopWhatRuns,
  type TurnStep,
} from './step.ts';
import type { TurnSettings } from './turn-settings.ts';

/** An answer that came to nothing is passed off so often in a row; then a person is the better answer. */
const STUMBLES_MAX = 1;

/** The agent's turn: a reply is being written, is heard, or is held because somebody speaks. */
export function nextReplying(state: Replying, input: TurnInput, settings: TurnSettings): TurnStep {
  switch (input.type) {
    case 'reply-audible':
      return input.reply === state.reply ? audible(state) : [state];
    case 'reply-stalled':
      return input.reply === state.reply && state.phase === 'agent' ? late(state, settings) : [state];
    case 'tool-called':
      return input.reply === state.reply ? [{ ...state, then: afterTool(input.tool, settings) }] : [state];
    case 'reply-finished':
      return input.reply === state.reply ? finished(state, settings) : [state];
    case 'reply-failed':
      return input.reply === state.reply ? failed(state, input.why, settings) : [state];
    case 'timer-fired':
      if (input.timer === 'filler' && state.phase === 'thinking') return late(state, settings);
      return input.timer === 'resume' && state.phase === 'held' ? heldLongEnough(state, settings) : [state];
    case 'key-pressed':
    case 'speech-started':
    case 'speech-sustained':
    case 'speech-ended':
    case 'partial':
    case 'final':
      return state.then.kind === 'hand-over' && state.then.request.reason === 'failure'
        ? // There is no agent to give the turn back to: the caller hears this out and gets a person.
          [state]
        : callerActs(state, input, settings);
    default:
      return [state];
  }
}

function audible(state: Replying): TurnStep {
  if (state.phase !== 'thinking') return [state];
  const { reply, then } = state;
  const next: TurnIn<'agent'> = { ...kept(state), phase: 'agent', source: 'model', reply, said: undefined, then };
  return [next, ...recorded(state.said), stop('filler')];
}

function late(state: Replying, { texts }: TurnSettings): TurnStep {
  const text = texts.fillers[state.replies % Math.max(1, texts.fillers.length)];
  return text === undefined ? [state] : [state, { type: 'say-filler', reply: state.reply, text }];
}

function afterTool(tool: ToolUse, settings: TurnSettings): Then {
  switch (tool.kind) {
    case 'end-call':
      return { kind: 'hang-up' };
    case 'prove-identity':
      return { kind: 'prove' };
    case 'transfer-to-person':
      return settings.handover.confirm && tool.request.reason !== 'caller-asked'
        ? { kind: 'confirm', request: tool.request }
        : { kind: 'hand-over', request: tool.request };
    default:
      return unreachable(tool);
  }
}

function finished(state: Replying, settings: TurnSettings): TurnStep {
  const before = [...recorded(state.said), stop('filler'), stop('resume')];
  const { then } = state;
  switch (then.kind) {
    case 'listen': {
      const answered = state.phase === 'agent' && state.source === 'model';
      const next = listening(answered ? { ...state, stumbles: 0 } : state, then);
      return [next, ...before, startSilence(settings)];
    }
    case 'confirm':
      return askWhether(state, then.request, settings, ...before);
    case 'prove':
      return askForProof(state, settings, ...before);
    case 'answer':
      return answerAgain(state, settings, ...before);
    case 'hand-over':
      return announce(state, then.request, settings, ...before);
    case 'hang-up':
      // A line that goes dead without a goodbye sounds like a fault.
      return state.phase === 'thinking'
        ? say(state, settings.texts.goodbye, then, ...before)
        : ended(state, ...before, { type: 'hang-up' });
    default:
      return unreachable(then);
  }
}

/**
 * A reply that cannot be given is a reason for a person, unless the caller can mend it by saying it again or asking something else. A prompt
 * that cannot be said means that the voice is gone: a caller who hears nothing would be asked whether they are there and then hung up on.
 * What announces the hand-over, or ends the call, is then left out.
 */
function failed(state: Replying, why: ReplyFailure, settings: TurnSettings): TurnStep {
  const before = [...recorded(state.said), stop('filler'), stop('resume')];
  const isPrompt =
    (state.phase === 'agent' && state.source === 'prompt') || (state.phase === 'held' && state.was === 'prompt');
  if (isPrompt) {
    const { kind } = state.then;
    return kind === 'hand-over' || kind === 'hang-up'
      ? finished(state, settings)
      : announce(state, trouble, settings, ...before);
  }
  if (why === 'filtered') return say(state, settings.texts.declined, listenNext, ...before);
  if (why === 'empty' && state.stumbles < STUMBLES_MAX) {
    return say({ ...state, stumbles: state.stumbles + 1 }, settings.texts.repeat, listenNext, ...before);
  }
  return inTrouble(state, settings);
}

const trouble: HandoverRequest = { reason: 'failure', queue: undefined, words: {} };

/** The agent cannot go on: it says so and brings the caller to a person. */
export function inTrouble(state: TurnState, settings: TurnSettings): TurnStep {
  return say(state, settings.texts.trouble, { kind: 'hand-over', request: trouble }, ...stopWhatRuns(state));
}
