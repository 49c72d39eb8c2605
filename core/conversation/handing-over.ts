import type { QueueChoice } from '../handover/choose-queues.ts';
import { unreachable } from '../unreachable.ts';
import { noted, notNoted, queuesChosen } from './call-back.ts';
import type { TurnEffect } from './effect.ts';
import type { HandoverRequest } from './hand-over-request.ts';
import type { TurnInput } from './input.ts';
import type { HandoverStep, TurnIn, TurnState } from './state.ts';
import { ended, kept, say, stop, type TurnStep } from './step.ts';
import { accepted, ask, nextAsked, nextPostponed } from './transferring.ts';
import type { TurnSettings } from './turn-settings.ts';

/** Begins a hand-over: which queues are there is found out, the caller is told, then the first queue is asked for. */
export function announce(
  state: TurnState,
  request: HandoverRequest,
  settings: TurnSettings,
  ...before: TurnEffect[]
): TurnStep {
  const errand = state.errands + 1;
  return [
    { ...kept(state), errands: errand, phase: 'handing-over', request, step: { kind: 'choosing', errand } },
    ...before,
    { type: 'choose-queues', errand, request },
    { type: 'start-timer', timer: 'errand', ms: settings.choiceTimeoutMs },
  ];
}

/** Asks the caller whether to be connected with a person. */
export function askWhether(
  state: TurnState,
  request: HandoverRequest,
  settings: TurnSettings,
  ...before: TurnEffect[]
): TurnStep {
  const awaiting = { kind: 'confirmation', request, unclear: 0 } as const;
  return say(state, settings.texts.confirmation, { kind: 'listen', awaiting, reprompts: 0 }, ...before);
}

/** On the way to a person. Once a queue has been asked the caller's words change nothing any more; only outcomes do. */
export function nextHandingOver(state: TurnIn<'handing-over'>, input: TurnInput, settings: TurnSettings): TurnStep {
  const { request, step } = state;
  // Nobody can be understood any more: there is no conversation to return to.
  if (input.type === 'hearing-failed') return [{ ...state, request: { ...request, reason: 'failure' } }];
  // Whichever queue it is, also one that was given up before.
  if (input.type === 'transfer-accepted') return accepted(state);
  switch (step.kind) {
    case 'choosing':
      if (input.type === 'queues-chosen' && input.errand === step.errand)
        return queuesChosen(state, request, input.choice, settings, stop('errand'));
      return isErrandLate(input) ? queuesChosen(state, request, unknownQueues(request, settings), settings) : [state];
    case 'announcing':
      // An announcement that cannot be said does not keep the caller from the person.
      return isEndOf(input, step) ? ask(state, request, 0, settings) : [state];
    case 'asked':
      return nextAsked(state, step, input, settings);
    case 'postponed':
      return nextPostponed(state, step, input, settings);
    case 'noting':
      if (input.type === 'call-back-recorded' && input.errand === step.errand)
        return noted(state, request.reason, settings, stop('errand'));
      if (input.type === 'call-back-lost' && input.errand === step.errand)
        return notNoted(state, request, settings, stop('errand'));
      return isErrandLate(input) ? notNoted(state, request, settings) : [state];
    case 'accepted':
      return [state];
    case 'apologising':
      return isEndOf(input, step) ? ended(state, { type: 'hang-up' }) : [state];
    default:
      return unreachable(step);
  }
}

function isEndOf(input: TurnInput, step: Extract<HandoverStep, { kind: 'announcing' | 'apologising' }>): boolean {
  return (input.type === 'reply-finished' || input.type === 'reply-failed') && input.reply === step.reply;
}

function isErrandLate(input: TurnInput): boolean {
  return input.type === 'timer-fired' && input.timer === 'errand';
}

/** Nobody has said which are open: they are tried. */
function unknownQueues(request: HandoverRequest, settings: TurnSettings): QueueChoice {
  return { kind: 'open', queues: settings.queuesFor(request), waitMinutes: undefined };
}
