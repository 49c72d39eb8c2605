import { clauseCutter } from '../conversation/clauses.ts';
import { clip, plainText } from '../plain-text.ts';

const SENTENCE_END = /[.!?…。！？]["')\]”’]*$/u;

/**
 * As many whole sentences of a passage as `maxChars` allow, in pieces worth speaking; of a first one that is longer, as many words. `abbreviations` are
 * the language's.
 */
export function spokenPassage(text: string, maxChars: number, abbreviations: readonly string[]): readonly string[] {
  const whole = plainText(text);
  const cutter = clauseCutter(abbreviations);
  const pieces = [...cutter.push(whole), cutter.flush() ?? ''].filter((piece) => piece !== '');
  let chars = -1;
  let kept = 0;
  for (const [index, piece] of pieces.entries()) {
    chars += piece.length + 1;
    if (chars > maxChars) break;
    if (SENTENCE_END.test(piece) || index === pieces.length - 1) kept = index + 1;
  }
  return kept > 0 ? pieces.slice(0, kept) : [wordsWithin(whole, maxChars)].filter((words) => words !== '');
}

function wordsWithin(text: string, maxChars: number): string {
  const cut = clip(text, maxChars);
  const space = cut.lastIndexOf(' ');
  return (space > 0 ? cut.slice(0, space) : cut).replace(/[\s,;:—-]+$/u, '');
}
