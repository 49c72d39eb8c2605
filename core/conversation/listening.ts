import { replyId } from '../ids.ts';
import { announce } from './handing-over.ts';
import type { TurnEffect } from './effect.ts';
import type { TurnInput } from './input.ts';
import type { Awaiting, Said, TurnIn } from './state.ts';
import { keyed, listenNext, merged, recorded, say, spoken, startSilence, stop, type TurnStep } from './step.ts';
import type { TurnSettings } from './turn-settings.ts';
import { hasWords, yesOrNo } from './words.ts';

/** Asked once more after an unclear answer; after a second one the caller is connected: a person can always sort it out. */
const UNCLEAR_MAX = 1;

/** The caller's turn. */
export function nextListening(state: TurnIn<'caller'>, input: TurnInput, settings: TurnSettings): TurnStep {
  switch (input.type) {
    case 'speech-started':
    case 'partial':
      return [{ ...state, reprompts: 0 }, stop('silence'), stop('end-of-turn')];
    case 'speech-ended':
      return state.said === undefined
        ? [state, startSilence(settings)]
        : [state, { type: 'start-timer', timer: 'end-of-turn', ms: settings.endOfTurnMs }];
    case 'final':
      return hasWords(input.text) ? heard(state, spoken(input.text, input.confidence), settings) : [state];
    case 'key-pressed':
      return keyPressed(state, input.key, settings);
    case 'timer-fired':
      switch (input.timer) {
        case 'end-of-turn':
          return state.said === undefined ? [state] : answer(state, state.said, settings);
        case 'keys':
          return state.keys === '' ? [state] : answer(state, keyed(state.keys), settings);
        case 'silence':
          return nobodySpeaks(state, settings);
        default:
          return [state];
      }
    default:
      return [state];
  }
}

export function heard(state: TurnIn<'caller'>, said: Said, settings: TurnSettings): TurnStep {
  return [
    { ...state, said: merged(state.said, said), reprompts: 0 },
    stop('silence'),
    { type: 'start-timer', timer: 'end-of-turn', ms: settings.endOfTurnMs },
  ];
}

export function keyPressed(state: TurnIn<'caller'>, key: string, settings: TurnSettings): TurnStep {
  if (key === settings.keypad.toPerson && state.keys === '') {
    return announce(
      state,
      { reason: 'caller-asked', queue: undefined, words: {} },
      settings,
      stop('silence'),
      stop('end-of-turn'),
      ...recorded(merged(state.said, keyed(key))),
    );
  }
  if (key === settings.keypad.terminator) {
    return state.keys === '' ? [state] : answer(state, keyed(state.keys), settings);
  }
  return [
    { ...state, keys: state.keys + key, reprompts: 0 },
    stop('silence'),
    { type: 'start-timer', timer: 'keys', ms: settings.keypad.interDigitTimeoutMs },
  ];
}

function nobodySpeaks(state: TurnIn<'caller'>, settings: TurnSettings): TurnStep {
  const prompt = settings.silence.reprompts[state.reprompts];
  return prompt === undefined
    ? say(state, settings.silence.closing, { kind: 'hang-up' })
    : say(state, prompt, { kind: 'listen', awaiting: state.awaiting, reprompts: state.reprompts + 1 });
}

/** The caller's turn is over: to the model, unless a question of our own was answered. */
function answer(state: TurnIn<'caller'>, said: Said, settings: TurnSettings): TurnStep {
  const quiet = [stop('silence'), stop('end-of-turn'), stop('keys')];
  if (state.awaiting.kind === 'confirmation') {
    const { request, unclear } = state.awaiting;
    const meant = yesOrNo(said.text, settings.language);
    const record: TurnEffect = { type: 'record-caller', said };
    if (meant === 'yes' || (meant === 'unclear' && unclear >= UNCLEAR_MAX)) {
      return announce(state, request, settings, ...quiet, record);
    }
    if (meant === 'unclear') {
      const awaiting: Awaiting = { kind: 'confirmation', request, unclear: unclear + 1 };
      return say(state, settings.handover.confirmation, { kind: 'listen', awaiting, reprompts: 0 }, ...quiet, record);
    }
  }
  const reply = replyId(state.replies + 1);
  return [
    { replies: state.replies + 1, phase: 'thinking', reply, said, then: listenNext },
    ...quiet,
    { type: 'think', reply, said },
    { type: 'start-timer', timer: 'filler', ms: settings.fillerAfterMs },
  ];
}
