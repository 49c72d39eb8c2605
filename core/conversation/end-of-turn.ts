import { howComplete } from '../language/completeness.ts';
import { unreachable } from '../unreachable.ts';
import type { Awaiting } from './state.ts';
import type { TurnSettings } from './turn-settings.ts';
import type { LanguagePack } from '../language/pack.ts';
import { callBackOrConnect, yesOrNo } from './words.ts';

/**
 * How long the agent waits after these words before it takes the turn: not at all after the answer it asked for, longer the less the words
 * sound like an end. Waiting too little cuts people off; waiting too long is what makes a machine feel slow.
 */
export function endOfTurnMs(text: string, awaiting: Awaiting, { pack, turnTaking }: TurnSettings): number {
  const { shortAnswerMs, finishedMs, plainMs, unfinishedMs, dictatingMs } = turnTaking.endOfTurn;
  if (isShortAnswer(text, awaiting, pack)) return shortAnswerMs;
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

function isShortAnswer(text: string, awaiting: Awaiting, pack: LanguagePack): boolean {
  switch (awaiting.kind) {
    case 'anything':
      return false;
    case 'confirmation':
      return yesOrNo(text, pack) !== 'unclear';
    case 'call-back':
      // A number has its own pauses, and a no may be followed by one.
      if (awaiting.question.kind === 'number') return false;
      if (awaiting.question.kind === 'connect-or-call-back') return callBackOrConnect(text, pack) !== 'unclear';
      return yesOrNo(text, pack) === 'yes';
    default:
      return unreachable(awaiting);
  }
}
