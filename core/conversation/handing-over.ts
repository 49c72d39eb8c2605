import { replyId } from '../ids.ts';
import { unreachable } from '../unreachable.ts';
import type { TurnEffect } from './effect.ts';
import type { HandoverRequest } from './hand-over-request.ts';
import type { TurnInput } from './input.ts';
import type { HandoverStep, TurnIn, TurnState } from './state.ts';
import { ended, kept, listening, listenNext, startSilence, stop, type TurnStep } from './step.ts';
import type { TurnSettings } from './turn-settings.ts';

/** Begins a hand-over: the caller is told, then the first queue is asked for. */
export function announce(
  state: TurnState,
  request: HandoverRequest,
  settings: TurnSettings,
  ...before: TurnEffect[]
): TurnStep {
  // In trouble the caller has just been told.
  if (request.reason === 'failure') return ask({ ...kept(state), request }, 0, settings, ...before);
  const replies = state.replies + 1;
  const reply = replyId(replies);
  return [
    { ...kept(state), replies, phase: 'handing-over', request, step: { kind: 'announcing', reply } },
    ...before,
    { type: 'say', reply, text: settings.texts.announcement },
  ];
}

/** On the way to a person. Once a queue has been asked the caller's words change nothing any more; only outcomes do. */
export function nextHandingOver(state: TurnIn<'handing-over'>, input: TurnInput, settings: TurnSettings): TurnStep {
  const { step } = state;
  // Nobody can be understood any more: there is no conversation to return to.
  if (input.type === 'hearing-failed') return [{ ...state, request: { ...state.request, reason: 'failure' } }];
  switch (step.kind) {
    case 'announcing':
      // An announcement that cannot be said does not keep the caller from the person.
      return isEndOf(input, step) ? ask(state, 0, settings) : [state];
    case 'asked':
      if (input.type === 'transfer-accepted' && input.attempt === step.attempt) {
        return [{ ...state, step: { kind: 'accepted' } }, stop('transfer')];
      }
      if (input.type === 'transfer-failed' && input.attempt === step.attempt)
        return refused(state, step.attempt, settings);
      if (input.type === 'timer-fired' && input.timer === 'transfer') return refused(state, step.attempt, settings);
      return [state];
    case 'accepted':
      return [state];
    case 'apologising':
      return isEndOf(input, step) ? nobodyTookTheCall(state, settings) : [state];
    default:
      return unreachable(step);
  }
}

function isEndOf(input: TurnInput, step: Extract<HandoverStep, { reply: unknown }>): boolean {
  return (input.type === 'reply-finished' || input.type === 'reply-failed') && input.reply === step.reply;
}

function ask(
  { replies, stumbles, request }: Pick<TurnIn<'handing-over'>, 'replies' | 'stumbles' | 'request'>,
  attempt: number,
  settings: TurnSettings,
  ...before: TurnEffect[]
): TurnStep {
  return [
    { replies, stumbles, phase: 'handing-over', request, step: { kind: 'asked', attempt } },
    ...before,
    { type: 'transfer', request, attempt },
    { type: 'start-timer', timer: 'transfer', ms: settings.transferTimeoutMs },
  ];
}

function refused(state: TurnIn<'handing-over'>, attempt: number, settings: TurnSettings): TurnStep {
  if (attempt + 1 < settings.queuesFor(state.request.queue)) return ask(state, attempt + 1, settings);
  const replies = state.replies + 1;
  const reply = replyId(replies);
  return [
    { ...state, replies, step: { kind: 'apologising', reply } },
    stop('transfer'),
    { type: 'say', reply, text: settings.texts.failureMessage },
  ];
}

function nobodyTookTheCall(state: TurnIn<'handing-over'>, settings: TurnSettings): TurnStep {
  // After a failure of the agent there is no conversation to return to.
  if (settings.handover.onFailure === 'disconnect' || state.request.reason === 'failure') {
    return ended(state, { type: 'hang-up' });
  }
  return [listening(state, listenNext), startSilence(settings)];
}
