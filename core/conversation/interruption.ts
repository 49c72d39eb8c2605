import { unreachable } from '../unreachable.ts';
import { announce } from './handing-over.ts';
import type { TurnInput } from './input.ts';
import { heard, keyPressed } from './listening.ts';
import type { Replying, TurnIn } from './state.ts';
import { anything, follow, kept, listening, recorded, spoken, startSilence, stop, type TurnStep } from './step.ts';
import type { TurnSettings } from './turn-settings.ts';
import { hasWords, isBackChannel, mayBeBackChannel, turnsDown, wordCount } from './words.ts';

export type CallerInput = Extract<
  TurnInput,
  { type: 'key-pressed' | 'speech-started' | 'speech-sustained' | 'speech-ended' | 'partial' | 'final' }
>;

/** Voice without a word for so long is no caller: the agent goes on. */
const HELD_MAX_MS = 4_000;
/** So many words of a partial are not all mistaken. */
const SURE_WORDS = 3;
/** After so many noises in one hold the agent waits for no words any more. */
const NOISES_MAX = 2;

/** Somebody speaks or presses a key while the agent thinks or speaks: does that interrupt? */
export function callerActs(state: Replying, input: CallerInput, settings: TurnSettings): TurnStep {
  switch (input.type) {
    case 'key-pressed':
      // The terminator of a number that is being answered already: nothing is being keyed in.
      if (input.key === settings.keypad.terminator) return [state];
      return follow(interrupted(state, settings), (caller) => keyPressed(caller, input.key, settings));
    case 'speech-started':
      return state.phase === 'held' ? [state, holdTimer(HELD_MAX_MS)] : [state];
    case 'speech-sustained':
      return state.phase === 'held' ? [state, holdTimer(HELD_MAX_MS)] : hold(state, undefined);
    case 'speech-ended':
      return state.phase === 'held' ? quietAgain(state, settings) : [state];
    case 'partial':
      return partialOver(state, input.text, settings);
    case 'final':
      return finalOver(state, input, settings);
    default:
      return unreachable(input);
  }
}

/** Whoever spoke is quiet, or goes on without a word. With words under way it was a caller, whatever becomes of their final. */
export function heldLongEnough(state: TurnIn<'held'>, settings: TurnSettings): TurnStep {
  return state.guess === undefined ? resume(state, settings) : interrupted(state, settings);
}

/** The agent goes on with what it was saying, or with its thinking: nobody meant to interrupt. */
function resume(state: TurnIn<'held'>, settings: TurnSettings): TurnStep {
  const { was, reply, said, then } = state;
  const resumed = [{ type: 'resume-reply', reply }, stop('resume')] as const;
  if (was !== 'thinking') return [{ ...kept(state), phase: 'agent', source: was, reply, said, then }, ...resumed];
  const filler = { type: 'start-timer', timer: 'filler', ms: settings.fillerAfterMs } as const;
  return [{ ...kept(state), phase: 'thinking', reply, said, then }, ...resumed, filler];
}

/** The agent stops in mid-word: quick, and not for good. */
function hold(state: Replying, guess: string | undefined): TurnStep {
  if (state.phase === 'held') return [{ ...state, guess }, holdTimer(HELD_MAX_MS)];
  const { reply, said, then } = state;
  const was = state.phase === 'thinking' ? 'thinking' : state.source;
  return [
    { ...kept(state), phase: 'held', was, guess, noises: 0, reply, said, then },
    { type: 'hold-reply', reply },
    stop('filler'),
    holdTimer(HELD_MAX_MS),
  ];
}

function quietAgain(state: TurnIn<'held'>, settings: TurnSettings): TurnStep {
  // Their final is on its way.
  if (state.guess !== undefined) return [state];
  const noises = state.noises + 1;
  return noises > NOISES_MAX
    ? resume(state, settings)
    : [{ ...state, noises }, holdTimer(settings.turnTaking.resumeAfterMs)];
}

function holdTimer(ms: number) {
  return { type: 'start-timer', timer: 'resume', ms } as const;
}

/**
 * Words over the agent, not settled. A recogniser's first word of an utterance is often another one in the end: the agent is quiet and waits. A few
 * words are no mistake; neither is an answer to the question that is being asked.
 */
function partialOver(state: Replying, text: string, settings: TurnSettings): TurnStep {
  if (saysNothing(state, text, settings, mayBeBackChannel)) return [state];
  // On the way to a person only a "no" turns round, and that takes all of the words.
  const isSure = wordCount(text) >= SURE_WORDS || isAsking(state);
  if (!isSure || state.then.kind === 'hand-over') return hold(state, text);
  return follow(interrupted(state, settings), (caller) => [{ ...caller, guess: text }]);
}

function finalOver(
  state: Replying,
  { text, confidence, quietForMs }: Extract<TurnInput, { type: 'final' }>,
  settings: TurnSettings,
): TurnStep {
  if (saysNothing(state, text, settings, isBackChannel))
    return state.phase === 'held' ? resume(state, settings) : [state];
  const said = spoken(text, confidence);
  if (state.then.kind === 'hand-over' && !turnsDown(text, settings.pack)) {
    const before = [stopped(state), stop('filler'), stop('resume'), ...recorded(state.said), ...recorded(said)];
    return announce(state, state.then.request, settings, ...before);
  }
  return follow(interrupted(state, settings), (caller) => heard(caller, said, quietForMs, settings));
}

/** No words, or words that only show that somebody listens. */
function saysNothing(state: Replying, text: string, settings: TurnSettings, isNod: typeof isBackChannel): boolean {
  if (!hasWords(text)) return true;
  const nothingHeard = state.phase === 'thinking' || (state.phase === 'held' && state.was === 'thinking');
  // To our own question "okay" is an answer, and before anything is heard it is the rest of the caller's turn.
  return !nothingHeard && !isAsking(state) && isNod(text, settings.pack);
}

function isAsking({ then }: Replying): boolean {
  return then.kind === 'listen' && then.awaiting.kind === 'confirmation';
}

function stopped({ reply }: Replying) {
  return { type: 'stop-reply', reply } as const;
}

/**
 * Back to the caller. A reply of which nothing was heard leaves the caller's turn open: what they say now belongs to it. A question that was
 * being asked stays asked.
 */
function interrupted(state: Replying, settings: TurnSettings): TurnStep<TurnIn<'caller'>> {
  const { then } = state;
  const unheard = state.phase === 'thinking' || (state.phase === 'held' && state.was === 'thinking');
  // A noise may have done it: only words begin the count of reprompts anew.
  const next = then.kind === 'listen' ? then : { awaiting: anything, reprompts: 0 };
  return [
    listening(state, next, unheard ? state.said : undefined),
    stopped(state),
    stop('filler'),
    stop('resume'),
    startSilence(settings),
  ];
}
