import { unreachable } from '../unreachable.ts';
import { nextAtGate, opening, withoutSecrets } from './at-gate.ts';
import { calledOff } from './calling-off.ts';
import { settingsAtGate } from './gate-questions.ts';
import { nextHandingOver } from './handing-over.ts';
import type { TurnInput } from './input.ts';
import { nextListening } from './listening.ts';
import { inTrouble, nextReplying } from './replying.ts';
import { resumed } from './resume.ts';
import type { TurnState } from './state.ts';
import { ended, stopWhatRuns, type TurnStep } from './step.ts';
import type { TurnSettings } from './turn-settings.ts';

/**
 * Who speaks: total and pure. At most one reply is under way; a stale reply id, or a timer that has no meaning in this phase, changes nothing,
 * since work that was cancelled may still report.
 */
export function nextTurn(state: TurnState, input: TurnInput, settings: TurnSettings): TurnStep {
  if (state.phase === 'ended') return [state];
  const [next, ...effects] = nextOf(state, input, settings);
  return [next, ...effects.map((effect) => withoutSecrets(effect, state.gate))];
}

type Living = Exclude<TurnState, { phase: 'ended' }>;

function nextOf(state: Living, input: TurnInput, settings: TurnSettings): TurnStep {
  if (input.type === 'caller-gone') return ended(state, ...stopWhatRuns(state));
  // Nobody said what came back over the line: it ends an utterance, and that is all.
  if ('from' in input && input.from === 'line') return nextOf(state, { ...input, from: 'caller', text: '' }, settings);
  const atGate = settingsAtGate(state.gate, settings);
  return nextAtGate(state, input, settings) ?? nextInConversation(state, input, atGate);
}

function nextInConversation(state: Living, input: TurnInput, settings: TurnSettings): TurnStep {
  if (input.type === 'hearing-failed' && !isOnTheWay(state)) return inTrouble(state, settings);
  switch (state.phase) {
    case 'waiting':
      if (input.type === 'media-back') return resumed(state, input.resumption, settings);
      return input.type === 'media-ready' ? opening(state, input, settings) : [state];
    case 'caller':
      return nextListening(state, input, settings);
    case 'thinking':
    case 'agent':
    case 'held':
      return nextReplying(state, input, settings);
    case 'handing-over':
      return calledOff(state, input, settings) ?? nextHandingOver(state, input, settings);
    default:
      return unreachable(state);
  }
}

/** To a person already, or about to be because the agent has failed. */
function isOnTheWay(state: TurnState): boolean {
  if (state.phase === 'handing-over') return true;
  return 'then' in state && state.then.kind === 'hand-over' && state.then.request.reason === 'failure';
}
