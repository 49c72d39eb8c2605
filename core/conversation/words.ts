import { bareWords, phrasesIn } from '../language/bare-words.ts';
import type { LanguagePack } from '../language/pack.ts';

/** Somebody who only listens says it once or twice; who goes on has begun to speak. */
const BACK_CHANNELS_MAX = 3;

/** Whether these words, said over the agent, only show that somebody listens. */
export function isBackChannel(text: string, { backChannels }: LanguagePack): boolean {
  const found = phrasesIn(text, { backChannels });
  return found.length <= BACK_CHANNELS_MAX && found.every((name) => name === 'backChannels');
}

/** Whether a partial may still turn out to be a back-channel: "uh" of "uh-huh", "I" of "I see". */
export function mayBeBackChannel(text: string, pack: LanguagePack): boolean {
  const words = bareWords(text);
  return isBackChannel(text, pack) || pack.backChannels.some((phrase) => phrase.startsWith(words));
}

export type YesOrNo = 'yes' | 'no' | 'unclear';

/** How an answer to a yes-or-no question is meant. A "no" anywhere wins: a caller who is not sure is not handed over against their will. */
export function yesOrNo(text: string, { yes, no, neither }: LanguagePack): YesOrNo {
  const found = phrasesIn(text, { yes, no, neither });
  if (found.includes('no')) return 'no';
  return found.includes('yes') ? 'yes' : 'unclear';
}

/**
 * Whether the words begin with a no: "no, wait". A no further on mostly means something else while a caller is being connected: "thanks, I do not
 * want to talk to a robot".
 */
export function turnsDown(text: string, { no, neither }: LanguagePack): boolean {
  return phrasesIn(text, { no, neither })[0] === 'no';
}

/** Whether an answer is a no and nothing else: a caller who says more wants to talk about it. */
export function isOnlyNo(text: string, { no, neither }: LanguagePack): boolean {
  return phrasesIn(text, { no, neither }).every((name) => name === 'no');
}

export type CallBackOrConnect = 'connect' | 'call-back' | 'unclear';

/** Which of the two a caller chooses, in words or by the first or the second key. What is said last counts: "don't connect me, call me back". */
export function callBackOrConnect(text: string, { connect, callBack }: LanguagePack): CallBackOrConnect {
  if (text === '1') return 'connect';
  if (text === '2') return 'call-back';
  return phrasesIn(text, { connect, 'call-back': callBack }).findLast((name) => name !== undefined) ?? 'unclear';
}

/** Whether a text has anything in it that was said. */
export function hasWords(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

/** Whether two texts are the same but for case, punctuation and spaces: a final mostly differs from its last partial by these. */
export function sameWords(one: string, other: string): boolean {
  return bareWords(one) === bareWords(other);
}

export function wordCount(text: string): number {
  return text.match(/[\p{L}\p{N}'’]+/gu)?.length ?? 0;
}
