import { replyId } from '../ids.ts';
import type { Said, TurnIn } from './state.ts';
import { dropAhead, type TurnStep } from './step.ts';
import { sameWords } from './words.ts';

/**
 * Lets the model begin to answer these words before the turn is over. A reply to other words is given up; one to the same words goes on. Only
 * where the model will be asked: the answer to a question of our own may go elsewhere.
 */
export function thinkAhead(state: TurnIn<'caller'>, said: Said): TurnStep<TurnIn<'caller'>> {
  if (state.awaiting.kind !== 'anything' || state.gate.kind !== 'open') return [state];
  if (state.ahead !== undefined && sameWords(state.ahead.text, said.text)) return [state];
  const replies = state.replies + 1;
  const reply = replyId(replies);
  return [
    { ...state, replies, ahead: { reply, text: said.text } },
    ...dropAhead(state),
    { type: 'think-ahead', reply, said },
  ];
}

/** The caller goes on: what was begun for fewer words is given up. */
export function withoutAhead(state: TurnIn<'caller'>): TurnStep<TurnIn<'caller'>> {
  return [{ ...state, ahead: undefined }, ...dropAhead(state)];
}
