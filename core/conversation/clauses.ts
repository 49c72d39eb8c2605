import { clip } from '../plain-text.ts';

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

/** Links, tags and addresses: a full stop inside is none of a sentence. */
const SPAN = /\[[^\][\n]*\](?:\([^()\n]*\))?|<[a-z/!][^<>\n]*>|https?:\/\/\S+/gi;
const FENCE = '```';

export interface ClauseCutter {
  /** Takes the next piece of a reply as the model streams it; gives the clauses that are complete with it. */
  push(text: string): string[];
  /** What is left at the end of the reply. */
  flush(): string | undefined;
}

/**
 * Cuts a streamed reply into pieces worth speaking: sentences, and for the first one a shorter clause. Where it is cut does not depend on the pieces
 * it came in. Blocks of code are left out: cut at their lines nobody could tell them from words. `abbreviations` are the language's.
 */
export function clauseCutter(abbreviations: readonly string[]): ClauseCutter {
  const codeless = withoutCode();
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
      pending += codeless.push(text);
      const clauses: string[] = [];
      for (;;) {
        const end = endOfClause(pending, isFirst, abbreviations);
        if (end === undefined) return clauses;
        const clause = take(end);
        if (clause !== '') clauses.push(clause);
      }
    },
    flush() {
      pending += codeless.flush();
      const clause = take(pending.length);
      return clause === '' ? undefined : clause;
    },
  };
}

/** Lets everything through but what is between two fences; a fence may come in pieces. */
function withoutCode(): { push(text: string): string; flush(): string } {
  let isCode = false;
  let held = '';
  return {
    push(text) {
      held += text;
      let through = '';
      for (let at = held.indexOf(FENCE); at >= 0; at = held.indexOf(FENCE)) {
        // What was before and what comes after are two things.
        if (!isCode) through += `${held.slice(0, at)}\n`;
        held = held.slice(at + FENCE.length);
        isCode = !isCode;
      }
      const ticks = /`{0,2}$/.exec(held)?.[0].length ?? 0;
      if (!isCode) through += held.slice(0, held.length - ticks);
      held = held.slice(held.length - ticks);
      return through;
    },
    flush() {
      const rest = isCode ? '' : held;
      held = '';
      return rest;
    },
  };
}

/** Index after the first complete clause. */
function endOfClause(text: string, isFirst: boolean, abbreviations: readonly string[]): number | undefined {
  const isLong = text.length > CLAUSE_MAX_CHARS;
  // One more: a mark counts by what comes after it.
  const head = text.slice(0, CLAUSE_MAX_CHARS + 1);
  // Looked for when there is an end at all: most pieces of a reply bring none.
  let spans: Spans | undefined;
  for (const match of head.matchAll(END)) {
    const end = match.index + match[0].length;
    if (end > CLAUSE_MAX_CHARS) break;
    if (!endsClause(text.slice(0, match.index), match[1] ?? '', isFirst, abbreviations)) continue;
    spans ??= spansOf(head, isLong);
    if (spans.open !== undefined && end > spans.open) break;
    if (!spans.closed.some((span) => match.index >= span.start && end <= span.end && end < span.end)) return end;
  }
  if (!isLong) return undefined;
  const space = text.lastIndexOf(' ', CLAUSE_MAX_CHARS);
  return space > 0 ? space : clip(text, CLAUSE_MAX_CHARS).length;
}

interface Spans {
  readonly closed: readonly { readonly start: number; readonly end: number }[];
  /** Where one begins that has no end yet. */
  readonly open: number | undefined;
}

function spansOf(head: string, isLong: boolean): Spans {
  return {
    closed: [...head.matchAll(SPAN)].map((match) => ({ start: match.index, end: match.index + match[0].length })),
    // What opens and may yet be closed is waited for, until the clause is long enough: then it was text with a stray bracket.
    open: isLong ? undefined : openSpan(head),
  };
}

/** Where a link or a tag begins that is not closed yet. */
function openSpan(text: string): number | undefined {
  const lineStart = text.lastIndexOf('\n') + 1;
  const line = text.slice(lineStart);
  const target = line.lastIndexOf('](');
  const tagsFrom = line.lastIndexOf('>') + 1;
  const tag = line.slice(tagsFrom).search(/<[a-z/!]/i);
  const starts = [
    line.indexOf('[', line.lastIndexOf(']') + 1),
    target >= 0 && !line.includes(')', target) ? target : -1,
    tag < 0 ? -1 : tagsFrom + tag,
  ].filter((at) => at >= 0);
  return starts.length === 0 ? undefined : lineStart + Math.min(...starts);
}

/** `mark` is empty for what always ends one. */
function endsClause(before: string, mark: string, isFirst: boolean, abbreviations: readonly string[]): boolean {
  if (/^[,;:—]/u.test(mark)) return isFirst && before.trim().length + mark.length >= FIRST_CLAUSE_MIN_CHARS;
  return !mark.startsWith('.') || mark.startsWith('..') || !belongsToFullStop(before, abbreviations);
}

function belongsToFullStop(before: string, abbreviations: readonly string[]): boolean {
  const word = /[\p{L}.]{1,8}$/u.exec(before)?.[0].toLowerCase() ?? '';
  // A single letter is an initial: "J. Smith".
  return abbreviations.includes(word) || /(?:^|[^\p{L}])\p{Lu}$/u.test(before) || LIST_NUMBER.test(before);
}
