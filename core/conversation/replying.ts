import { unreachable } from '../unreachable.ts';
import { announce } from './handing-over.ts';
import type { HandoverRequest } from './hand-over-request.ts';
import type { ToolUse, TurnInput } from './input.ts';
import { heard, keyPressed } from './listening.ts';
import type { Then, TurnIn, TurnState } from './state.ts';
import { anything, follow, recorded, say, spoken, startSilence, stop, stopWhatRuns, type TurnStep } from './step.ts';
import type { TurnSettings } from './turn-settings.ts';
import { hasWords, isBackChannel } from './words.ts';

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

type CallerInput = Extract<TurnInput, { type: 'key-pressed' | 'speech-sustained' | 'partial' | 'final' }>;

function callerActs(state: Replying, input: CallerInput, settings: TurnSettings): TurnStep {
  switch (input.type) {
    case 'key-pressed':
      // The terminator of a number that is being answered already.
      if (state.phase === 'thinking' && input.key === settings.keypad.terminator) return [state];
      return follow(interrupted(state, settings), (caller) => keyPressed(caller, input.key, settings));
    case 'speech-sustained':
      return state.phase === 'agent' ? interrupted(state, settings) : [state];
    case 'partial':
    case 'final':
      return spokenOver(state, input, settings);
    default:
      return unreachable(input);
  }
}

/** The caller's words while the agent thinks or speaks. */
function spokenOver(
  state: Replying,
  input: Extract<TurnInput, { type: 'partial' | 'final' }>,
  settings: TurnSettings,
): TurnStep {
  const asked = state.then.kind === 'listen' && state.then.awaiting.kind === 'confirmation';
  // To our own question "okay" is an answer, and before anything is heard it is the rest of the caller's turn.
  const goesOn = state.phase === 'agent' && !asked && isBackChannel(input.text, settings.language);
  if (!hasWords(input.text) || goesOn) return [state];
  const caller = interrupted(state, settings);
  return input.type === 'partial'
    ? caller
    : follow(caller, (listening) => heard(listening, spoken(input.text, input.confidence), settings));
}

/**
 * Back to the caller. A reply of which nothing was heard leaves the caller's turn open: what they say now belongs to it. A question that was
 * being asked stays asked.
 */
function interrupted(state: Replying, settings: TurnSettings): TurnStep<TurnIn<'caller'>> {
  const { then, replies, reply } = state;
  const unheard = state.phase === 'thinking';
  return [
    {
      replies,
      phase: 'caller',
      awaiting: then.kind === 'listen' ? then.awaiting : anything,
      said: unheard ? state.said : undefined,
      keys: '',
      // A noise may have done it: only words begin the count anew.
      reprompts: then.kind === 'listen' ? then.reprompts : 0,
    },
    { type: 'stop-reply', reply },
    stop('filler'),
    startSilence(settings),
  ];
}

function audible(state: TurnIn<'thinking'>): TurnStep {
  return [{ ...state, phase: 'agent', source: 'model', said: undefined }, ...recorded(state.said), stop('filler')];
}

function late(state: TurnIn<'thinking'>, settings: TurnSettings): TurnStep {
  const text = settings.fillers[state.replies % Math.max(1, settings.fillers.length)];
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
        settings.handover.confirmation,
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
  return say(state, settings.troubleMessage, { kind: 'hand-over', request: trouble }, ...stopWhatRuns(state));
}
