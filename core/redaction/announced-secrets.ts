import type { LanguagePack } from '../language/pack.ts';
import { REMOVED, type SaidPiece, type SaidToken } from './said-pieces.ts';

/** "My PIN, if I remember it right, is ...". */
const FIRST_REACH_WORDS = 6;
/** Between two parts of it. */
const NEXT_REACH_WORDS = 3;
/** "1234 is my PIN". */
const BACK_REACH_WORDS = 3;
/** Fewer digits are no secret: "the PIN has 4 digits". */
const SECRET_DIGITS_MIN = 3;
/** How many of the caller's turns an agent's question is waited for. */
const ASKED_TURNS = 2;

/** Words that announce a number, where they stand: a secret one, or another. */
export interface Cue {
  readonly start: number;
  readonly end: number;
  readonly isSecret: boolean;
}

/** A piece, and the cues in it. */
export interface CuedPiece extends SaidPiece {
  readonly cues: readonly Cue[];
}

/** Numbers that were announced as a secret, or asked for as one: a PIN, a password, the end of a national id. */
export function announcedTokens(pieces: readonly CuedPiece[], tokens: readonly SaidToken[]): ReadonlySet<SaidToken> {
  const found = new Set<SaidToken>();
  let run: SaidToken[] = [];
  const close = (): void => {
    if (run.reduce((sum, { chars }) => sum + chars.length, 0) >= SECRET_DIGITS_MIN)
      for (const token of run) found.add(token);
    run = [];
  };
  let asked = 0;
  let open = false;
  for (const [index, { by, text, cues }] of pieces.entries()) {
    if (by === 'agent') {
      const last = cues.at(-1);
      if (last !== undefined) asked = last.isSecret ? ASKED_TURNS : 0;
      continue;
    }
    if (asked > 0) open = true;
    asked -= 1;
    let from = 0;
    const numbers = tokens.filter(({ piece, kind }) => piece === index && kind === 'digits');
    for (const at of [...cues, ...numbers].sort((one, other) => one.start - other.start)) {
      if ('isSecret' in at) {
        close();
        if (at.isSecret) for (const token of before(numbers, at, text)) found.add(token);
        open = at.isSecret;
        from = at.end;
        continue;
      }
      const reach = run.length === 0 ? FIRST_REACH_WORDS : NEXT_REACH_WORDS;
      if (!open || wordsIn(text.slice(from, at.start)) > reach) {
        close();
        open = false;
      } else {
        run.push(at);
        from = at.end;
      }
    }
    if (open && wordsIn(text.slice(from)) > FIRST_REACH_WORDS) open = false;
    if (!open) close();
  }
  close();
  return found;
}

/** The digits right before a cue. */
function before(numbers: readonly SaidToken[], cue: Cue, text: string): readonly SaidToken[] {
  let until = cue.start;
  const found: SaidToken[] = [];
  for (const token of numbers.filter(({ end }) => end <= cue.start).toReversed()) {
    const words = wordsIn(text.slice(token.end, until));
    if (words > (found.length === 0 ? BACK_REACH_WORDS : 0)) break;
    found.push(token);
    until = token.start;
  }
  return found.reduce((sum, { chars }) => sum + chars.length, 0) >= SECRET_DIGITS_MIN ? found : [];
}

function wordsIn(text: string): number {
  if (text.includes(REMOVED)) return Infinity;
  return text.match(/[\p{L}\p{M}'\u2019]+/gu)?.length ?? 0;
}

/** The cues of a text, the longest where several begin: "postal code" is none, "code" is. */
export function cuesIn(text: string, pack: LanguagePack): readonly Cue[] {
  const { pattern, secret } = cuesOf(pack);
  return [...text.matchAll(pattern)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    isSecret: secret.has(match[0].toLowerCase()),
  }));
}

interface CueWords {
  readonly pattern: RegExp;
  readonly secret: ReadonlySet<string>;
}

const known = new WeakMap<LanguagePack, CueWords>();

function cuesOf(pack: LanguagePack): CueWords {
  const before = known.get(pack);
  if (before !== undefined) return before;
  const secret = new Set(pack.secretCues);
  const all = [...new Set([...pack.secretCues, ...pack.numberCues])].sort((one, other) => other.length - one.length);
  const any = all.map((phrase) => phrase.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)).join('|');
  const pattern = new RegExp(String.raw`(?<![\p{L}\p{M}])(?:${any})(?![\p{L}\p{M}])`, 'giu');
  const words = { pattern, secret };
  known.set(pack, words);
  return words;
}
