import { howComplete } from '../language/completeness.ts';
import { unreachable } from '../unreachable.ts';
import type { Awaiting } from './state.ts';
import type { TurnSettings } from './turn-settings.ts';
import { yesOrNo } from './words.ts';

/**
 * How long the agent waits after these words before it takes the turn: not at all after the answer it asked for, longer the less the words
 * sound like an end. Waiting too little cuts people off; waiting too long is what makes a machine feel slow.
 */
export function endOfTurnMs(text: string, awaiting: Awaiting, { pack, turnTaking }: TurnSettings): number {
  const { shortAnswerMs, finishedMs, plainMs, unfinishedMs, dictatingMs } = turnTaking.endOfTurn;
  if (awaiting.kind === 'confirmation' && yesOrNo(text, pack) !== 'unclear') return shortAnswerMs;
  const completeness = howComplete(text, pack);
  switch (completeness) {
    case 'finished':
      return finishedMs;
    case 'plain':
      return plainMs;
    case 'unfinished':
      return unfinishedMs;
    case 'dictating':
      return dictatingMs;
    default:
      return unreachable(completeness);
  }
}
