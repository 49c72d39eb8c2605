import { unreachable } from '../unreachable.ts';
import { openGate, type Gate } from './gate.ts';
import type { HandoverRequest } from './hand-over-request.ts';
import type { Awaiting, Said, Then, TurnState } from './state.ts';

/**
 * What has begun in a conversation and has not ended. Written into the session row as it changes, and small: when the media session dies in
 * mid-sentence, another one goes on from here.
 */
export interface Unfinished {
  readonly stage: Stage;
  /** The caller's words that are not in the transcript yet. */
  readonly said: Said | undefined;
  /** What the caller has begun to hear of the reply under way: it is in the transcript only when it ends. */
  readonly saying: string;
  /** Names of the tools that change something outside and have not given a result. */
  readonly tools: readonly string[];
  /** The transfer that was asked for and has no outcome. */
  readonly transfer: OpenTransfer | undefined;
  readonly gate: Gate;
}

/** `id` is the operation context it was asked with, `attempt` its place in the order of queues (from 0). */
export interface OpenTransfer {
  readonly id: string;
  readonly attempt: number;
}

/** What comes next for the caller. */
export type Stage =
  /** They speak, or are about to. */
  | { readonly kind: 'listening' }
  /** An answer to their last words. */
  | { readonly kind: 'answering' }
  /** The question whether to be connected with a person. */
  | { readonly kind: 'confirming'; readonly request: HandoverRequest }
  /** A person. */
  | { readonly kind: 'handing-over'; readonly request: HandoverRequest }
  /** The end of the call. */
  | { readonly kind: 'leaving' };

const listening: Stage = { kind: 'listening' };
const answering: Stage = { kind: 'answering' };

export const nothingUnfinished: Unfinished = {
  stage: listening,
  said: undefined,
  saying: '',
  tools: [],
  transfer: undefined,
  gate: openGate,
};

/** Where the conversation is, as far as another media session can go on from it. */
export function stageOf(state: TurnState): Stage {
  // What a gate has heard is answered by nobody: it asks again.
  if (state.gate.kind !== 'open' && state.phase !== 'handing-over' && state.phase !== 'ended') return listening;
  switch (state.phase) {
    case 'waiting':
      return listening;
    case 'caller':
      // Words that were understood are answered; what was to follow them is lost with the audio.
      return state.awaiting.kind === 'anything' && state.said !== undefined ? answering : awaited(state.awaiting);
    case 'thinking':
      return ofReply(state.then);
    case 'agent':
      return state.source === 'model' ? ofReply(state.then) : ofPrompt(state.then);
    case 'held':
      return state.was === 'prompt' ? ofPrompt(state.then) : ofReply(state.then);
    case 'handing-over':
      return { kind: 'handing-over', request: state.request };
    case 'ended':
      return { kind: 'leaving' };
    default:
      return unreachable(state);
  }
}

/** The caller's words that wait for an answer, or for their record; a secret is neither. */
export function unrecordedOf(state: TurnState): Said | undefined {
  const isSecret = state.gate.kind === 'proof' || state.gate.kind === 'passed';
  return 'said' in state && !isSecret ? state.said : undefined;
}

/** A question of ours is asked again; one about being called back follows from the state of the queues, so they are looked at again. */
function awaited(awaiting: Awaiting): Stage {
  switch (awaiting.kind) {
    case 'anything':
      return listening;
    case 'confirmation':
      return { kind: 'confirming', request: awaiting.request };
    case 'call-back':
      return { kind: 'handing-over', request: awaiting.wish.request };
    default:
      return unreachable(awaiting);
  }
}

/** What the model has decided counts; else it answers again. */
function ofReply(then: Then): Stage {
  return then.kind === 'listen' ? answering : ofPrompt(then);
}

/** Fixed words are not said again: what they lead to follows. */
function ofPrompt(then: Then): Stage {
  switch (then.kind) {
    case 'listen':
      return awaited(then.awaiting);
    case 'answer':
    case 'prove':
      return answering;
    case 'confirm':
      return { kind: 'confirming', request: then.request };
    case 'hand-over':
      return { kind: 'handing-over', request: then.request };
    case 'hang-up':
      return { kind: 'leaving' };
    default:
      return unreachable(then);
  }
}
