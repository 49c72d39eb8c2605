import { bareWords, endingOf } from './bare-words.ts';
import { trailingNumber } from './trailing-number.ts';
import type { LanguagePack } from './pack.ts';

/** Whether a caller who has stopped speaking seems to be done. */
export type Completeness =
  /** A sentence, a question, an answer. */
  | 'finished'
  /** Words that may or may not be all. */
  | 'plain'
  /** In the middle of a sentence: "I want to", "and", "um". */
  | 'unfinished'
  /** In the middle of a number, or at the end of one that may go on. */
  | 'dictating';

/** How much of a turn's end is looked at. */
const TAIL_MAX_CHARS = 400;
/** What a speaker hangs on: a comma, a dash, three dots. */
const HANGING = /(?:\.{2,}|[…,;:、，—–-])["')\]”’»\s]*$/u;
const ASKED = /[?？]["')\]”’»\s]*$/u;
const STOPPED = /[.!。！]["')\]”’»\s]*$/u;

/**
 * How complete what a caller said is, by its end. Recognisers put a full stop after everything, so words after which people go on win over marks, and
 * so does a number that may not be all of it.
 */
export function howComplete(text: string, pack: LanguagePack): Completeness {
  const tail = text.slice(-TAIL_MAX_CHARS).trim();
  const words = bareWords(tail).split(' ');
  if (words[0] === '') return 'plain';
  const isAsked = ASKED.test(tail);
  const byMark = isAsked || STOPPED.test(tail) ? 'finished' : 'plain';

  const isHanging = HANGING.test(tail);
  const number = trailingNumber(tail, pack);
  if (number !== 'none') return number === 'may-go-on' && !isAsked ? 'dictating' : isHanging ? 'unfinished' : byMark;

  const { openEndings, openUnlessAsked, finishedEndings, yes, no } = pack;
  const ending = endingOf(words, { openEndings, openUnlessAsked, finishedEndings });
  // A whole answer is one, also where its word may open a sentence ("si").
  const isAnswer = [...yes, ...no].includes(words.join(' '));
  if (ending?.name === 'openEndings' || (ending?.name === 'openUnlessAsked' && !isAsked && !isAnswer)) {
    // "Five five five, um": still the number.
    return trailingNumber(ending.before.join(' '), pack) === 'may-go-on' ? 'dictating' : 'unfinished';
  }
  if (isHanging) return 'unfinished';
  return isAnswer || ending?.name === 'finishedEndings' ? 'finished' : byMark;
}
