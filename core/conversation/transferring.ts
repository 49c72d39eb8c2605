import type { TransferProblem } from '../handover/transfer-problem.ts';
import { replyId } from '../ids.ts';
import type { TurnEffect } from './effect.ts';
import type { HandoverRequest } from './hand-over-request.ts';
import type { TurnInput } from './input.ts';
import type { HandoverStep, TurnIn, TurnState } from './state.ts';
import { kept, listenNext, say, stop, stopTransferring, type Counts, type TurnStep } from './step.ts';
import type { TurnSettings } from './turn-settings.ts';

/** A transfer of this call that is under way ends within a minute (acs-facts 5.2): asked so often, so far apart. */
const CONFLICTS_MAX = 4;
const CONFLICT_PAUSE_MS = 5_000;

type Asked = Extract<HandoverStep, { kind: 'asked' }>;

/** Says that a person comes next; the first queue is asked when that has been heard. */
export function tell(state: Counts, request: HandoverRequest, text: string, ...before: TurnEffect[]): TurnStep {
  const replies = state.replies + 1;
  const reply = replyId(replies);
  return [
    { ...kept(state), replies, phase: 'handing-over', request, step: { kind: 'announcing', reply } },
    ...before,
    { type: 'say', reply, text },
  ];
}

/** Asks the front for the `attempt`-th queue of the order. */
export function ask(
  state: Counts,
  request: HandoverRequest,
  attempt: number,
  settings: TurnSettings,
  ...before: TurnEffect[]
): TurnStep {
  const step: Asked = { kind: 'asked', attempt };
  const timer = { type: 'start-timer', timer: 'transfer', ms: settings.transferTimeoutMs } as const;
  return asking({ ...kept(state), phase: 'handing-over', request, step }, step, settings, ...before, timer);
}

function asking(
  state: TurnIn<'handing-over'>,
  step: Asked,
  { handover: { comfort } }: TurnSettings,
  ...before: TurnEffect[]
): TurnStep {
  return [
    { ...state, step },
    ...before,
    { type: 'transfer', request: state.request, attempt: step.attempt },
    ...(comfort.say === 'off' ? [] : [{ type: 'start-timer', timer: 'comfort', ms: comfort.afterMs } as const]),
  ];
}

/** A queue has been asked: its outcome, or the comfort message meanwhile, which never outlasts it. */
export function nextAsked(
  state: TurnIn<'handing-over'>,
  step: Asked,
  input: TurnInput,
  settings: TurnSettings,
): TurnStep {
  switch (input.type) {
    case 'transfer-failed':
      return input.attempt === step.attempt ? failed(state, step, input.why, settings) : [state];
    case 'timer-fired':
      // The front still tries, and would refuse to try another queue meanwhile.
      if (input.timer === 'transfer')
        return nobodyTookTheCall(state, settings, ...stopSaying(step), ...stopTransferring());
      return input.timer === 'comfort' && step.reply === undefined ? comfort(state, step, settings) : [state];
    case 'reply-finished':
      return input.reply === step.reply ? comforted(state, step, settings) : [state];
    case 'reply-failed':
      // The voice is gone: nobody waits for it.
      return input.reply === step.reply ? [{ ...state, step: withoutReply(step) }] : [state];
    default:
      return [state];
  }
}

/** A person has the call: nothing more is said. */
export function accepted(state: TurnIn<'handing-over'>): TurnStep {
  return [{ ...state, step: { kind: 'accepted' } }, ...stopSaying(state.step), ...stopTransferring()];
}

function comfort(state: TurnIn<'handing-over'>, step: Asked, { texts }: TurnSettings): TurnStep {
  const replies = state.replies + 1;
  const reply = replyId(replies);
  return [
    { ...state, replies, step: { ...step, reply } },
    { type: 'say', reply, text: texts.comfort },
  ];
}

function comforted(state: TurnIn<'handing-over'>, step: Asked, { handover }: TurnSettings): TurnStep {
  return [
    { ...state, step: withoutReply(step) },
    { type: 'start-timer', timer: 'comfort', ms: handover.comfort.everyMs },
  ];
}

function withoutReply({ kind, attempt, conflicts }: Asked): Asked {
  return { kind, attempt, ...(conflicts === undefined ? {} : { conflicts }) };
}

function failed(state: TurnIn<'handing-over'>, step: Asked, why: TransferProblem, settings: TurnSettings): TurnStep {
  const { attempt, conflicts = 0 } = step;
  // The time for a person goes on, whichever queue is asked.
  const before = [...stopSaying(step), stop('comfort')];
  if (why === 'conflict' && conflicts < CONFLICTS_MAX) {
    return [
      { ...state, step: { kind: 'postponed', attempt, conflicts: conflicts + 1 } },
      ...before,
      { type: 'start-timer', timer: 'errand', ms: CONFLICT_PAUSE_MS },
    ];
  }
  const order = state.request.order ?? settings.queuesFor(state.request);
  return attempt + 1 < order.length
    ? asking(state, { kind: 'asked', attempt: attempt + 1 }, settings, ...before)
    : nobodyTookTheCall(state, settings, ...before, ...stopTransferring());
}

/** The same queue again, after the front was busy. */
export function nextPostponed(
  state: TurnIn<'handing-over'>,
  { attempt, conflicts }: Extract<HandoverStep, { kind: 'postponed' }>,
  input: TurnInput,
  settings: TurnSettings,
): TurnStep {
  if (input.type !== 'timer-fired') return [state];
  if (input.timer === 'transfer') return nobodyTookTheCall(state, settings, stop('errand'));
  return input.timer === 'errand' ? asking(state, { kind: 'asked', attempt, conflicts }, settings) : [state];
}

function nobodyTookTheCall(
  state: TurnIn<'handing-over'>,
  { handover, texts }: TurnSettings,
  ...before: TurnEffect[]
): TurnStep {
  // After a failure of the agent there is no conversation to return to, and none is returned to without end.
  const returns =
    handover.onFailure === 'return-to-conversation' && state.request.reason !== 'failure' && state.gate.kind !== 'shut';
  if (returns && state.returns < handover.returnsMax) {
    return say(returned(state), `${texts.transferFailed} ${texts.anythingElse}`, listenNext, ...before);
  }
  const replies = state.replies + 1;
  const reply = replyId(replies);
  return [
    { ...state, replies, step: { kind: 'apologising', reply } },
    ...before,
    { type: 'say', reply, text: texts.failureMessage },
  ];
}

/** The caller is back with the agent, without a person. */
export function returned(state: TurnState): TurnState {
  return { ...state, returns: state.returns + 1 };
}

function stopSaying(step: HandoverStep): TurnEffect[] {
  return 'reply' in step ? [{ type: 'stop-reply', reply: step.reply }] : [];
}
