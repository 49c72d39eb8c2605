import { clauseCutter } from '../conversation/clauses.ts';
import { clip, plainText } from '../plain-text.ts';

const SENTENCE_END = /[.!?…。！？]["')\]”’]*$/u;

/** As many whole sentences of a passage as `maxChars` allow; of a first one that is longer, as many words. `abbreviations` are the language's. */
export function spokenPassage(text: string, maxChars: number, abbreviations: readonly string[]): string {
  const whole = plainText(text);
  if (whole.length <= maxChars) return whole;
  const cutter = clauseCutter(abbreviations);
  const pieces = [...cutter.push(whole), cutter.flush() ?? ''];
  let said = '';
  let sentences = '';
  for (const piece of pieces) {
    const next = said === '' ? piece : `${said} ${piece}`;
    if (next.length > maxChars) break;
    said = next;
    if (SENTENCE_END.test(said)) sentences = said;
  }
  return sentences === '' ? wordsWithin(whole, maxChars) : sentences;
}

function wordsWithin(text: string, maxChars: number): string {
  const cut = clip(text, maxChars);
  const space = cut.lastIndexOf(' ');
  return (space > 0 ? cut.slice(0, space) : cut).replace(/[\s,;:—-]+$/u, '');
}
