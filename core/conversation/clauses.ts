import { clip } from '../plain-text.ts';

/** Words whose full stop does not end a sentence. */
const ABBREVIATIONS = new Set([
  'mr',
  'mrs',
  'ms',
  'dr',
  'prof',
  'st',
  'vs',
  'etc',
  'e.g',
  'i.e',
  'a.m',
  'p.m',
  'sr',
  'sra',
  'ud',
  'uds',
  'núm',
]);
/** The first clause may end at a comma, so that something is heard soon; but not after a word or two, which would sound chopped. */
const FIRST_CLAUSE_MIN_CHARS = 24;
/** A sentence without any end is cut at a space here: synthesis waits for nobody's full stop. */
const CLAUSE_MAX_CHARS = 400;

/**
 * Where a clause may end: a mark with the white space after it ("4.50" may still be growing), a mark of a script that writes no white space,
 * a line's end.
 */
const END = /([.!?…]+["')\]”’]*|[,;:—])(?=\s)|[。！？]+(?=[^。！？])|\n/gu;
/** "1. Insert the card": the number of a list is no sentence. */
const LIST_NUMBER = /^\s*\d{1,2}$/;

export interface ClauseCutter {
  /** Takes the next piece of a reply as the model streams it; gives the clauses that are complete with it. */
  push(text: string): string[];
  /** What is left at the end of the reply. */
  flush(): string | undefined;
}

/** Cuts a streamed reply into pieces worth speaking: sentences, and for the first one a shorter clause. Where it is cut does not depend on the pieces it came in. */
export function clauseCutter(): ClauseCutter {
  let pending = '';
  let isFirst = true;

  const take = (end: number): string => {
    const clause = pending.slice(0, end).trim();
    pending = pending.slice(end);
    if (clause !== '') isFirst = false;
    return clause;
  };

  return {
    push(text) {
      pending += text;
      const clauses: string[] = [];
      for (let end = endOfClause(pending, isFirst); end !== undefined; end = endOfClause(pending, isFirst)) {
        const clause = take(end);
        if (clause !== '') clauses.push(clause);
      }
      return clauses;
    },
    flush() {
      const clause = take(pending.length);
      return clause === '' ? undefined : clause;
    },
  };
}

/** Index after the first complete clause. */
function endOfClause(text: string, isFirst: boolean): number | undefined {
  // One more: a mark counts by what comes after it.
  for (const match of text.slice(0, CLAUSE_MAX_CHARS + 1).matchAll(END)) {
    const end = match.index + match[0].length;
    if (end > CLAUSE_MAX_CHARS) break;
    if (endsClause(text.slice(0, match.index), match[1] ?? '', isFirst)) return end;
  }
  if (text.length <= CLAUSE_MAX_CHARS) return undefined;
  const space = text.lastIndexOf(' ', CLAUSE_MAX_CHARS);
  return space > 0 ? space : clip(text, CLAUSE_MAX_CHARS).length;
}

/** `mark` is empty for what always ends one. */
function endsClause(before: string, mark: string, isFirst: boolean): boolean {
  if (/^[,;:—]/u.test(mark)) return isFirst && before.trim().length + mark.length >= FIRST_CLAUSE_MIN_CHARS;
  return !mark.startsWith('.') || mark.startsWith('..') || !belongsToFullStop(before);
}

function belongsToFullStop(before: string): boolean {
  const word = /[\p{L}.]{1,8}$/u.exec(before)?.[0].toLowerCase() ?? '';
  // A single letter is an initial: "J. Smith".
  return ABBREVIATIONS.has(word) || /(?:^|[^\p{L}])\p{Lu}$/u.test(before) || LIST_NUMBER.test(before);
}
