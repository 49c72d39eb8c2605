import { replyId } from '../ids.ts';
import { answerAtGate } from './at-gate.ts';
import type { TurnEffect } from './effect.ts';
import { answerCallBack, nobodyAnswers } from './call-back.ts';
import { endOfTurnMs } from './end-of-turn.ts';
import { isWholeAnswer } from './gate-questions.ts';
import { announce } from './handing-over.ts';
import type { TimerName, TurnInput } from './input.ts';
import type { Awaiting, Said, TurnIn } from './state.ts';
import {
  dropAhead,
  follow,
  keyed,
  kept,
  listenNext,
  merged,
  recorded,
  say,
  spoken,
  startSilence,
  stop,
  stopListening,
  type TurnStep,
} from './step.ts';
import { thinkAhead, withoutAhead } from './thinking-ahead.ts';
import { tell } from './transferring.ts';
import type { TurnSettings } from './turn-settings.ts';
import { hasWords, sameWords, yesOrNo } from './words.ts';

/** Asked once more after an unclear answer; after a second one the caller is connected: a person can always sort it out. */
const UNCLEAR_MAX = 1;

/** Less than this is a gap within a word: the caller speaks on although the recogniser has settled what came before. */
const QUIET_MIN_MS = 80;

/** Voice after a caller's words that comes to no words of its own for so long is none: a partial is there within half a second. */
const WORDLESS_MAX_MS = 3_000;

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
      return hasWords(input.text) ? guessed(state, input.text, settings) : speaking(state, settings);
    case 'speech-ended':
      return paused(state, settings);
    case 'final':
      return hasWords(input.text)
        ? heard(state, spoken(input.text, input.confidence), input.quietForMs, settings)
        : nothingHeard(state, input.quietForMs, settings);
    case 'key-pressed':
      return keyPressed(state, input.key, settings);
    case 'timer-fired':
      return timerFired(state, input.timer, settings);
    default:
      return [state];
  }
}

function timerFired(state: TurnIn<'caller'>, timer: TimerName, settings: TurnSettings): TurnStep {
  switch (timer) {
    case 'end-of-turn':
      return state.said === undefined || state.keys !== '' ? [state] : answer(state, state.said, settings);
    case 'stable':
      return state.guess === undefined || state.keys !== ''
        ? [state]
        : thinkAhead(state, merged(state.said, spoken(state.guess, 1)));
    case 'keys':
      return state.keys === '' ? [state] : answerKeys(state, settings);
    case 'silence':
      return nobodySpeaks(state, settings);
    default:
      return [state];
  }
}

/**
 * Speech may go on for long, but not without a word: noise is not waited for without end, and a caller who has said something is not left
 * waiting for the end of what may be no voice at all.
 */
function speaking(state: TurnIn<'caller'>, settings: TurnSettings): TurnStep<TurnIn<'caller'>> {
  const waiting: TurnEffect =
    state.said === undefined ? stop('end-of-turn') : { type: 'start-timer', timer: 'end-of-turn', ms: WORDLESS_MAX_MS };
  return [{ ...state, line: 'speech' }, waiting, startSilence(settings)];
}

/** Words that came to nothing: what is waited for is what was waited for before. */
function nothingHeard(state: TurnIn<'caller'>, quietForMs: number, settings: TurnSettings): TurnStep {
  const next = { ...state, guess: undefined };
  const isOver = quietForMs >= QUIET_MIN_MS && (state.guess !== undefined || state.line === 'speech');
  return isOver ? paused(next, settings) : [next];
}

/** The words of an utterance under way. */
function guessed(state: TurnIn<'caller'>, text: string, settings: TurnSettings): TurnStep {
  const same = state.guess !== undefined && sameWords(state.guess, text);
  const step = speaking({ ...state, guess: text, reprompts: 0 }, settings);
  if (same) return step;
  const { thinkAhead: when, stablePartialMs } = settings.turnTaking;
  const stable: TurnEffect[] =
    when === 'on-partial' ? [{ type: 'start-timer', timer: 'stable', ms: stablePartialMs }] : [];
  const [next, ...effects] = follow(step, withoutAhead);
  return [next, ...effects, ...stable];
}

function paused(state: TurnIn<'caller'>, settings: TurnSettings): TurnStep {
  // A clear yes is not waited out until the recogniser has made up its mind. A no is: more often follows.
  if (state.awaiting.kind === 'confirmation' && state.guess !== undefined) {
    const all = merged(state.said, spoken(state.guess, 1));
    if (yesOrNo(all.text, settings.pack) === 'yes') return answer(state, all, settings);
  }
  const quiet: TurnIn<'caller'> = { ...state, line: 'quiet' };
  if (state.said === undefined) return [quiet, startSilence(settings)];
  // The pause that runs since the final is not begun anew: the voice that ends now had ended before it.
  return state.line === 'quiet' ? [state] : [quiet, waitForMore(state, state.said, settings)];
}

function waitForMore({ awaiting, gate }: TurnIn<'caller'>, said: Said, settings: TurnSettings): TurnEffect {
  const isWhole = isWholeAnswer(gate, said.text, settings);
  const { shortAnswerMs } = settings.turnTaking.endOfTurn;
  return {
    type: 'start-timer',
    timer: 'end-of-turn',
    ms: isWhole ? shortAnswerMs : endOfTurnMs(said.text, awaiting, settings),
  };
}

/** Words the recogniser has settled on. The pause begins with them, or when the caller, who speaks on, is quiet. */
export function heard(state: TurnIn<'caller'>, said: Said, quietForMs: number, settings: TurnSettings): TurnStep {
  const turn = merged(state.said, said);
  const speaksOn = quietForMs < QUIET_MIN_MS;
  const next: TurnIn<'caller'> = {
    ...state,
    said: turn,
    line: speaksOn ? 'speech' : 'quiet',
    guess: undefined,
    reprompts: 0,
  };
  const settled: TurnStep<TurnIn<'caller'>> = [
    next,
    stop('stable'),
    ...(speaksOn
      ? [startSilence(settings), { type: 'start-timer', timer: 'end-of-turn', ms: WORDLESS_MAX_MS } as const]
      : [stop('silence'), waitForMore(state, turn, settings)]),
  ];
  return settings.turnTaking.thinkAhead === 'off' || state.keys !== ''
    ? settled
    : follow(settled, (waiting) => thinkAhead(waiting, turn));
}

export function keyPressed(state: TurnIn<'caller'>, key: string, settings: TurnSettings): TurnStep {
  const { keypad } = settings;
  const { awaiting } = state;
  const isNumber = awaiting.kind === 'call-back' && awaiting.question.kind === 'number';
  if (key === keypad.toPerson && state.keys === '' && !isNumber) {
    const before = [...leave(state), ...recorded(state.said), ...recorded(keyed(key))];
    // Who has heard how long it takes, and wants a person, is not asked again.
    return awaiting.kind === 'call-back' && awaiting.wish.line === 'open'
      ? tell(state, awaiting.wish.request, settings.texts.announcement, ...before)
      : announce(state, { reason: 'caller-asked', queue: undefined, words: {} }, settings, ...before);
  }
  if (key === keypad.terminator) {
    return state.keys === '' ? [state] : answerKeys(state, settings);
  }
  const more: TurnIn<'caller'> = { ...state, keys: state.keys + key, reprompts: 0 };
  const isChosen = state.keys === '' && awaiting.kind !== 'call-back' && Object.hasOwn(keypad.menu, key);
  const keysMax = isNumber ? KEYS_MAX : (keypad.maxDigits ?? KEYS_MAX);
  if (isChosen || more.keys.length >= keysMax) return answerKeys(more, settings);
  return [more, stop('silence'), { type: 'start-timer', timer: 'keys', ms: keypad.interDigitTimeoutMs }];
}

/** Keys are an answer of their own; words said before them are part of the story, not of the number. */
function answerKeys(state: TurnIn<'caller'>, settings: TurnSettings): TurnStep {
  const { menu } = settings.keypad;
  const meaning = state.awaiting.kind !== 'call-back' && Object.hasOwn(menu, state.keys) ? menu[state.keys] : undefined;
  const said = keyed(meaning === undefined ? state.keys : `${state.keys} (${meaning})`);
  return answer({ ...state, said: undefined }, said, settings, ...recorded(state.said));
}

function nobodySpeaks(state: TurnIn<'caller'>, settings: TurnSettings): TurnStep {
  if (state.keys !== '') return [state];
  if (state.said !== undefined) return answer(state, state.said, settings);
  const { reprompts, closing } = settings.texts;
  const prompt = reprompts[state.reprompts];
  if (prompt !== undefined) {
    const then = { kind: 'listen', awaiting: state.awaiting, reprompts: state.reprompts + 1 } as const;
    return say(state, prompt, then, ...leave(state));
  }
  if (state.awaiting.kind === 'call-back') {
    return nobodyAnswers(state, state.awaiting.wish, settings, ...leave(state));
  }
  return settings.silence.then === 'hand-over'
    ? announce(state, { reason: 'policy', queue: undefined, words: {} }, settings, ...leave(state))
    : say(state, closing, { kind: 'hang-up' }, ...leave(state));
}

/** The caller's turn is over: to the model, unless a question of our own was answered. */
function answer(state: TurnIn<'caller'>, said: Said, settings: TurnSettings, ...before: TurnEffect[]): TurnStep {
  if (state.awaiting.kind === 'confirmation') {
    const { request, unclear } = state.awaiting;
    const meant = yesOrNo(said.text, settings.pack);
    const effects: TurnEffect[] = [...leave(state), ...before, { type: 'record-caller', said }];
    if (meant === 'yes' || (meant === 'unclear' && unclear >= UNCLEAR_MAX)) {
      return announce(state, request, settings, ...effects);
    }
    if (meant === 'unclear') {
      const awaiting: Awaiting = { kind: 'confirmation', request, unclear: unclear + 1 };
      return say(state, settings.texts.confirmation, { kind: 'listen', awaiting, reprompts: 0 }, ...effects);
    }
  }
  if (state.awaiting.kind === 'call-back') {
    const effects: TurnEffect[] = [...leave(state), ...before, { type: 'record-caller', said }];
    const step = answerCallBack(state, state.awaiting, said, settings, ...effects);
    if (step !== undefined) return step;
  }
  const atGate = answerAtGate(state, said, settings, ...leave(state), ...before);
  if (atGate !== undefined) return atGate;
  const isAhead = state.ahead !== undefined && sameWords(state.ahead.text, said.text);
  const replies = isAhead ? state.replies : state.replies + 1;
  const reply = isAhead ? state.ahead.reply : replyId(replies);
  return [
    { ...kept(state), replies, phase: 'thinking', reply, said, then: listenNext },
    ...(isAhead ? stopListening() : leave(state)),
    ...before,
    { type: 'think', reply, said },
    { type: 'start-timer', timer: 'filler', ms: settings.fillerAfterMs },
  ];
}

/** Nothing of the caller's turn goes on. */
function leave(state: TurnIn<'caller'>): TurnEffect[] {
  return [...stopListening(), ...dropAhead(state)];
}
