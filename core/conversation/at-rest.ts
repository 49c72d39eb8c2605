import { unreachable } from '../unreachable.ts';
import type { TurnState } from './state.ts';

/**
 * Whether the conversation can go to another media session without anybody noticing: nobody speaks, nobody is about to, and nothing that was understood
 * waits for an answer.
 */
export function isAtRest(state: TurnState): boolean {
  switch (state.phase) {
    case 'waiting':
    case 'ended':
      return true;
    case 'caller':
      return state.line === 'quiet' && state.said === undefined && state.guess === undefined && state.keys === '';
    case 'thinking':
    case 'agent':
    case 'held':
      return false;
    case 'handing-over':
      // The front is at work: its outcome finds whoever has the call then.
      return (state.step.kind === 'asked' && state.step.reply === undefined) || state.step.kind === 'accepted';
    default:
      return unreachable(state);
  }
}
