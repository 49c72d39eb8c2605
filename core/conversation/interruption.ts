import { unreachable } from '../unreachable.ts';
import type { TurnInput } from './input.ts';
import { heard, keyPressed } from './listening.ts';
import type { TurnIn } from './state.ts';
import { anything, follow, spoken, startSilence, stop, type TurnStep } from './step.ts';
import type { TurnSettings } from './turn-settings.ts';
import { hasWords, isBackChannel } from './words.ts';

type Replying = TurnIn<'thinking' | 'agent'>;
type CallerInput = Extract<TurnInput, { type: 'key-pressed' | 'speech-sustained' | 'partial' | 'final' }>;

/** The caller speaks or presses a key while the agent thinks or speaks: does that interrupt? */
export function callerActs(state: Replying, input: CallerInput, settings: TurnSettings): TurnStep {
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
  const goesOn = state.phase === 'agent' && !asked && isBackChannel(input.text, settings.pack);
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
