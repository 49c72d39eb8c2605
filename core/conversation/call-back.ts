import type { QueueChoice } from '../handover/choose-queues.ts';
import { filled, spokenOpening, spokenWait } from '../language/spoken-time.ts';
import { unreachable } from '../unreachable.ts';
import type { CallBackNote, TurnEffect } from './effect.ts';
import type { HandoverRequest } from './hand-over-request.ts';
import { readableNumber, saidNumber } from './said-number.ts';
import type { Awaiting, CallBackQuestion, CallBackWish, Said, TurnState } from './state.ts';
import { kept, listenNext, say, type TurnStep } from './step.ts';
import { ask, returned, tell } from './transferring.ts';
import type { TurnSettings } from './turn-settings.ts';
import { callBackOrConnect, isOnlyNo, yesOrNo } from './words.ts';

/** A question is put once more after an answer that does not fit it; a number may be misheard more often. */
const UNCLEAR_MAX = 1;
const NUMBERS_MISHEARD_MAX = 2;
/** Enough of a number for a caller to know it by, and too little for anybody else. */
const ENDING_DIGITS = 4;
/** Writing it down may take two tries; the caller is waiting. */
const NOTE_TIMEOUT_MS = 6_000;

/**
 * It is known which queues there are: on to the first of them; or, first, a word about how long that takes, or about nobody being there. A call in
 * which something failed is not talked with any more: the caller would not be understood.
 */
export function queuesChosen(
  state: TurnState,
  request: HandoverRequest,
  choice: QueueChoice,
  settings: TurnSettings,
  ...before: TurnEffect[]
): TurnStep {
  const { texts, pack, language, handover } = settings;
  const ordered = { ...request, order: choice.queues };
  if (request.reason === 'failure') return ask(state, ordered, 0, settings, ...before);
  const wish = { request: ordered, line: choice.kind, unclear: 0 };
  switch (choice.kind) {
    case 'open': {
      const { waitMinutes = 0 } = choice;
      if (waitMinutes < handover.callBack.longWaitMinutes) return tell(state, ordered, texts.announcement, ...before);
      const wait = filled(texts.longWait, { wait: spokenWait(waitMinutes, pack) });
      return handover.callBack.offer
        ? put(state, `${wait} ${texts.connectOrCallBack}`, { kind: 'connect-or-call-back' }, wish, ...before)
        : tell(state, ordered, `${wait} ${texts.announcement}`, ...before);
    }
    case 'closed': {
      const opening = choice.opening && spokenOpening(choice.opening, language, pack);
      const said = [texts.closed, opening === undefined ? '' : filled(texts.opensAgain, { opening })];
      const closed = said.join(' ').trim();
      return handover.callBack.offer
        ? put(state, `${closed} ${texts.offerCallBack}`, { kind: 'call-back' }, wish, ...before)
        : goWithoutPerson(state, ordered, closed, settings, ...before);
    }
    default:
      return unreachable(choice);
  }
}

/** What an answer leads to; undefined when it is not one: the caller has gone back to the conversation. */
export function answerCallBack(
  state: TurnState,
  { question, wish }: Extract<Awaiting, { kind: 'call-back' }>,
  said: Said,
  settings: TurnSettings,
  ...before: TurnEffect[]
): TurnStep | undefined {
  const { texts, pack, callerNumber } = settings;
  const meant = yesOrNo(said.text, pack);
  switch (question.kind) {
    case 'connect-or-call-back': {
      const choice = callBackOrConnect(said.text, pack);
      if (choice === 'call-back') return whichNumber(state, wish, settings, ...before);
      if (choice === 'unclear' && meant === 'no') return undefined;
      return choice === 'unclear' && wish.unclear < UNCLEAR_MAX
        ? put(state, texts.connectOrCallBack, question, onceMore(wish), ...before)
        : // A person can always sort it out.
          tell(state, wish.request, texts.announcement, ...before);
    }
    case 'call-back': {
      const choice = callBackOrConnect(said.text, pack);
      if (meant === 'yes' || choice === 'call-back') return whichNumber(state, wish, settings, ...before);
      if (isOnlyNo(said.text, pack)) return goWithoutPerson(state, wish.request, undefined, settings, ...before);
      return meant === 'unclear' && wish.unclear < UNCLEAR_MAX
        ? put(state, texts.offerCallBack, question, onceMore(wish), ...before)
        : undefined;
    }
    case 'own-number': {
      const other = saidNumber(said, pack);
      if (other !== undefined) return checkNumber(state, other, wish, settings, ...before);
      if (meant === 'yes' && callerNumber !== undefined) return note(state, wish, callerNumber, ...before);
      return meant === 'unclear' && wish.unclear < UNCLEAR_MAX
        ? whichNumber(state, onceMore(wish), settings, ...before)
        : put(state, texts.askNumber, { kind: 'number' }, fresh(wish), ...before);
    }
    case 'number': {
      const number = saidNumber(said, pack);
      if (number !== undefined) return checkNumber(state, number, wish, settings, ...before);
      return wish.unclear < NUMBERS_MISHEARD_MAX
        ? put(state, texts.askNumber, question, onceMore(wish), ...before)
        : connectInstead(state, wish, settings, ...before);
    }
    case 'number-right': {
      const corrected = saidNumber(said, pack);
      if (meant === 'yes' && corrected === undefined) return note(state, wish, question.number, ...before);
      if (wish.unclear >= NUMBERS_MISHEARD_MAX) return connectInstead(state, wish, settings, ...before);
      const again = onceMore(wish);
      if (corrected !== undefined) return checkNumber(state, corrected, again, settings, ...before);
      return meant === 'no'
        ? put(state, texts.askNumber, { kind: 'number' }, again, ...before)
        : checkNumber(state, question.number, again, settings, ...before);
    }
    default:
      return unreachable(question);
  }
}

/** Nobody has answered, and nobody was heard for as long as a caller is asked: nothing is decided for them that they would have to undo. */
export function nobodyAnswers(
  state: TurnState,
  wish: CallBackWish,
  { texts }: TurnSettings,
  ...before: TurnEffect[]
): TurnStep {
  return wish.line === 'open'
    ? tell(state, wish.request, texts.announcement, ...before)
    : say(state, texts.closing, { kind: 'hang-up' }, ...before);
}

/** It is written down: the caller is told, and may go on. */
export function noted(
  state: TurnState,
  reason: HandoverRequest['reason'],
  { texts }: TurnSettings,
  ...before: TurnEffect[]
): TurnStep {
  // Recognition has failed meanwhile: nothing the caller says would be understood.
  return reason === 'failure'
    ? say(state, `${texts.callBackNoted} ${texts.goodbye}`, { kind: 'hang-up' }, ...before)
    : say(state, `${texts.callBackNoted} ${texts.anythingElse}`, listenNext, ...before);
}

/** It could not be written down, and the caller is told so: nobody waits for a call that does not come. */
export function notNoted(
  state: TurnState,
  request: HandoverRequest,
  { texts }: TurnSettings,
  ...before: TurnEffect[]
): TurnStep {
  return tell(state, request, texts.callBackFailed, ...before);
}

function connectInstead(
  state: TurnState,
  wish: CallBackWish,
  settings: TurnSettings,
  ...before: TurnEffect[]
): TurnStep {
  return notNoted(state, wish.request, settings, ...before);
}

/** Nobody is there, and no call-back is wanted. `closed`: what the caller has not been told yet. */
function goWithoutPerson(
  state: TurnState,
  request: HandoverRequest,
  closed: string | undefined,
  { texts, handover }: TurnSettings,
  ...before: TurnEffect[]
): TurnStep {
  const told = (text: string): string => (closed === undefined ? text : `${closed} ${text}`);
  switch (handover.whenClosed) {
    case 'connect':
      return tell(state, request, told(texts.announcement), ...before);
    case 'return-to-conversation':
      if (state.returns < handover.returnsMax)
        return say(returned(state), told(texts.anythingElse), listenNext, ...before);
      return say(state, told(texts.goodbye), { kind: 'hang-up' }, ...before);
    case 'close':
      return say(state, told(texts.goodbye), { kind: 'hang-up' }, ...before);
    default:
      return unreachable(handover.whenClosed);
  }
}

function whichNumber(
  state: TurnState,
  wish: CallBackWish,
  { texts, callerNumber }: TurnSettings,
  ...before: TurnEffect[]
): TurnStep {
  return callerNumber === undefined
    ? put(state, texts.askNumber, { kind: 'number' }, wish, ...before)
    : put(
        state,
        filled(texts.callBackNumber, { ending: callerNumber.slice(-ENDING_DIGITS) }),
        { kind: 'own-number' },
        wish,
        ...before,
      );
}

function checkNumber(
  state: TurnState,
  number: string,
  wish: CallBackWish,
  { texts }: TurnSettings,
  ...before: TurnEffect[]
): TurnStep {
  const text = filled(texts.checkNumber, { number: readableNumber(number) });
  return put(state, text, { kind: 'number-right', number }, wish, ...before);
}

function note(state: TurnState, { request, line }: CallBackWish, number: string, ...before: TurnEffect[]): TurnStep {
  const errand = state.errands + 1;
  const recorded: CallBackNote = { request, line, number };
  return [
    { ...kept(state), errands: errand, phase: 'handing-over', request, step: { kind: 'noting', errand } },
    ...before,
    { type: 'record-call-back', errand, ...recorded },
    { type: 'start-timer', timer: 'errand', ms: NOTE_TIMEOUT_MS },
  ];
}

/** Asks the caller. */
function put(
  state: TurnState,
  text: string,
  question: CallBackQuestion,
  wish: CallBackWish,
  ...before: TurnEffect[]
): TurnStep {
  const awaiting = { kind: 'call-back', question, wish } as const;
  return say(state, text, { kind: 'listen', awaiting, reprompts: 0 }, ...before);
}

function onceMore(wish: CallBackWish): CallBackWish {
  return { ...wish, unclear: wish.unclear + 1 };
}

function fresh(wish: CallBackWish): CallBackWish {
  return { ...wish, unclear: 0 };
}
