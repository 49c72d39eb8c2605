import { unreachable } from '../unreachable.ts';
import { announce } from './handing-over.ts';
import type { HandoverRequest } from './hand-over-request.ts';
import type { ToolUse, TurnInput } from './input.ts';
import { callerActs } from './interruption.ts';
import type { Then, TurnIn, TurnState } from './state.ts';
import { recorded, say, startSilence, stop, stopWhatRuns, type TurnStep } from './step.ts';
import type { TurnSettings } from './turn-settings.ts';

type Replying = TurnIn<'thinking' | 'agent'>;

/** The agent's turn: a reply is being written, or is heard. */
export function nextReplying(state: Replying, input: TurnInput, settings: TurnSettings): TurnStep {
  switch (input.type) {
    case 'reply-audible':
      return input.reply === state.reply && state.phase === 'thinking' ? audible(state) : [state];
    case 'tool-called':
      return input.reply === state.reply ? [{ ...state, then: afterTool(input.tool, settings) }] : [state];
    case 'reply-finished':
      return input.reply === state.reply ? finished(state, settings) : [state];
    case 'reply-failed':
      return input.reply === state.reply ? failed(state, settings) : [state];
    case 'timer-fired':
      return input.timer === 'filler' && state.phase === 'thinking' ? late(state, settings) : [state];
    case 'key-pressed':
    case 'speech-sustained':
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

function audible(state: TurnIn<'thinking'>): TurnStep {
  return [{ ...state, phase: 'agent', source: 'model', said: undefined }, ...recorded(state.said), stop('filler')];
}

function late(state: TurnIn<'thinking'>, settings: TurnSettings): TurnStep {
  const text = settings.texts.fillers[state.replies % Math.max(1, settings.texts.fillers.length)];
  return text === undefined ? [state] : [state, { type: 'say-filler', reply: state.reply, text }];
}

function afterTool(tool: ToolUse, settings: TurnSettings): Then {
  switch (tool.kind) {
    case 'end-call':
      return { kind: 'hang-up' };
    case 'transfer-to-person':
      return settings.handover.confirm && tool.request.reason !== 'caller-asked'
        ? { kind: 'confirm', request: tool.request }
        : { kind: 'hand-over', request: tool.request };
    default:
      return unreachable(tool);
  }
}

function finished(state: Replying, settings: TurnSettings): TurnStep {
  const before = [...recorded(state.said), stop('filler')];
  const { then } = state;
  switch (then.kind) {
    case 'listen':
      return [
        {
          replies: state.replies,
          phase: 'caller',
          awaiting: then.awaiting,
          said: undefined,
          keys: '',
          reprompts: then.reprompts,
        },
        ...before,
        startSilence(settings),
      ];
    case 'confirm':
      return say(
        state,
        settings.texts.confirmation,
        { kind: 'listen', awaiting: { kind: 'confirmation', request: then.request, unclear: 0 }, reprompts: 0 },
        ...before,
      );
    case 'hand-over':
      return announce(state, then.request, settings, ...before);
    case 'hang-up':
      return [{ replies: state.replies, phase: 'ended' }, ...before, { type: 'hang-up' }];
    default:
      return unreachable(then);
  }
}

/**
 * A reply that cannot be given is a reason for a person, and so is a prompt that cannot be said: the voice is gone, and a caller who hears
 * nothing would be asked whether they are there and then hung up on. What announces the hand-over, or ends the call, is left out.
 */
function failed(state: Replying, settings: TurnSettings): TurnStep {
  if (state.phase !== 'agent' || state.source !== 'prompt') return inTrouble(state, settings);
  const { kind } = state.then;
  return kind === 'hand-over'
    ? finished(state, settings)
    : announce(state, trouble, settings, ...recorded(state.said), stop('filler'));
}

const trouble: HandoverRequest = { reason: 'failure', queue: undefined, words: {} };

/** The agent cannot go on: it says so and brings the caller to a person. */
export function inTrouble(state: TurnState, settings: TurnSettings): TurnStep {
  return say(state, settings.texts.trouble, { kind: 'hand-over', request: trouble }, ...stopWhatRuns(state));
}
