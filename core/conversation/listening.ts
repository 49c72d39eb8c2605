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

/** Longer than any number a caller is asked for. A line that keeps sending tones does not fill memory. */
const KEYS_MAX = 64;

/**
 * The caller's turn. One of its timers always runs, whatever the detector and the recogniser report or fail to report, and in whatever order:
 * the line never stays dead.
 */
export function nextListening(state: TurnIn<'caller'>, input: TurnInput, settings: TurnSettings): TurnStep {
  switch (input.type) {
    case 'speech-started':
      return speaking(state, settings);
    case 'partial':
      return speaking(hasWords(input.text) ? { ...state, reprompts: 0 } : state, settings);
    case 'speech-ended':
      return paused(state, settings);
    case 'final':
      // Words that came to nothing: what is waited for is what was waited for before.
      return hasWords(input.text)
        ? heard(state, spoken(input.text, input.confidence), settings)
        : paused(state, settings);
    case 'key-pressed':
      return keyPressed(state, input.key, settings);
    case 'timer-fired':
      switch (input.timer) {
        case 'end-of-turn':
          return state.said === undefined || state.keys !== '' ? [state] : answer(state, state.said, settings);
        case 'keys':
          return state.keys === '' ? [state] : answerKeys(state, settings);
        case 'silence':
          return nobodySpeaks(state, settings);
        default:
          return [state];
      }
    default:
      return [state];
  }
}

/** Speech may go on for long, but not without a word: noise is not waited for without end. */
function speaking(state: TurnIn<'caller'>, settings: TurnSettings): TurnStep {
  return [state, stop('end-of-turn'), startSilence(settings)];
}

function paused(state: TurnIn<'caller'>, settings: TurnSettings): TurnStep {
  return state.said === undefined
    ? [state, startSilence(settings)]
    : [state, { type: 'start-timer', timer: 'end-of-turn', ms: settings.turnTaking.endOfTurn.finishedMs }];
}

export function heard(state: TurnIn<'caller'>, said: Said, settings: TurnSettings): TurnStep {
  return [
    { ...state, said: merged(state.said, said), reprompts: 0 },
    stop('silence'),
    { type: 'start-timer', timer: 'end-of-turn', ms: settings.turnTaking.endOfTurn.finishedMs },
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
      ...recorded(state.said),
      ...recorded(keyed(key)),
    );
  }
  if (key === settings.keypad.terminator) {
    return state.keys === '' ? [state] : answerKeys(state, settings);
  }
  const more: TurnIn<'caller'> = { ...state, keys: state.keys + key, reprompts: 0 };
  if (more.keys.length >= KEYS_MAX) return answerKeys(more, settings);
  return [more, stop('silence'), { type: 'start-timer', timer: 'keys', ms: settings.keypad.interDigitTimeoutMs }];
}

/** Keys are an answer of their own; words said before them are part of the story, not of the number. */
function answerKeys(state: TurnIn<'caller'>, settings: TurnSettings): TurnStep {
  return answer({ ...state, said: undefined }, keyed(state.keys), settings, ...recorded(state.said));
}

function nobodySpeaks(state: TurnIn<'caller'>, settings: TurnSettings): TurnStep {
  if (state.keys !== '') return [state];
  if (state.said !== undefined) return answer(state, state.said, settings);
  const prompt = settings.texts.reprompts[state.reprompts];
  return prompt === undefined
    ? say(state, settings.texts.closing, { kind: 'hang-up' })
    : say(state, prompt, { kind: 'listen', awaiting: state.awaiting, reprompts: state.reprompts + 1 });
}

/** The caller's turn is over: to the model, unless a question of our own was answered. */
function answer(state: TurnIn<'caller'>, said: Said, settings: TurnSettings, ...before: TurnEffect[]): TurnStep {
  const quiet = [stop('silence'), stop('end-of-turn'), stop('keys'), ...before];
  if (state.awaiting.kind === 'confirmation') {
    const { request, unclear } = state.awaiting;
    const meant = yesOrNo(said.text, settings.pack);
    const record: TurnEffect = { type: 'record-caller', said };
    if (meant === 'yes' || (meant === 'unclear' && unclear >= UNCLEAR_MAX)) {
      return announce(state, request, settings, ...quiet, record);
    }
    if (meant === 'unclear') {
      const awaiting: Awaiting = { kind: 'confirmation', request, unclear: unclear + 1 };
      return say(state, settings.texts.confirmation, { kind: 'listen', awaiting, reprompts: 0 }, ...quiet, record);
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
