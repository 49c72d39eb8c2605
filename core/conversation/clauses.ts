/** Words whose full stop does not end a sentence. */
const ABBREVIATIONS = new Set([
  'mr',
  'mrs',
  'ms',
  'dr',
  'prof',
  'st',
  'no',
  'vs',
  'etc',
  'e.g',
  'i.e',
  'sr',
  'sra',
  'ud',
  'uds',
  'núm',
  'a.m',
  'p.m',
]);
/** The first clause may end at a comma, so that something is heard soon; but not after a word or two, which would sound chopped. */
const FIRST_CLAUSE_MIN_CHARS = 24;
/** A sentence without any end is cut at a space here: synthesis waits for nobody's full stop. */
const CLAUSE_MAX_CHARS = 400;

export interface ClauseCutter {
  /** Takes the next piece of a reply as the model streams it; gives the clauses that are complete with it. */
  push(text: string): string[];
  /** What is left at the end of the reply. */
  flush(): string | undefined;
}

/** Cuts a streamed reply into pieces worth speaking: sentences, and for the first one a shorter clause. */
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

/** Index after the first complete clause. A mark counts only once the white space after it has come: "4.50" and "Mr. Smith" may still be growing. */
function endOfClause(text: string, isFirst: boolean): number | undefined {
  for (const match of text.matchAll(/([.!?…]+["')\]]*|[,;:—])(?=\s)|\n/gu)) {
    const mark = match[1] ?? '\n';
    const end = match.index + match[0].length;
    if (mark === '\n') return end;
    if (/^[,;:—]/u.test(mark)) {
      if (isFirst && text.slice(0, end).trim().length >= FIRST_CLAUSE_MIN_CHARS) return end;
      continue;
    }
    if (!endsWithAbbreviation(text.slice(0, match.index), mark)) return end;
  }
  if (text.length <= CLAUSE_MAX_CHARS) return undefined;
  const space = text.lastIndexOf(' ', CLAUSE_MAX_CHARS);
  return space > 0 ? space : CLAUSE_MAX_CHARS;
}

function endsWithAbbreviation(before: string, mark: string): boolean {
  if (!mark.startsWith('.') || mark.startsWith('..')) return false;
  const word = /[\p{L}.]+$/u.exec(before)?.[0]?.toLowerCase() ?? '';
  // A single letter is an initial: "J. Smith".
  return ABBREVIATIONS.has(word) || /(?:^|[^\p{L}])\p{Lu}$/u.test(before);
}
