import { isIban, isSocialSecurityNumber, isSpanishId, passesLuhn } from './check-digits.ts';
import type { SaidToken } from './said-pieces.ts';

/** So many words may stand between two parts of one number: "and then, let me see". */
const GAP_MAX_WORDS = 4;
/** A run of so many digits is a bank account, whatever became of its letters. */
const ACCOUNT_DIGITS_MIN = 20;
const ACCOUNT_GAP_MAX_WORDS = 2;
const CARD_DIGITS_MIN = 13;
const CARD_DIGITS_MAX = 19;
/** What the card networks issue, looked for also where a run holds more than the card. */
const CARD_SHAPES: readonly { readonly length: number; readonly begins: RegExp }[] = [
  { length: 16, begins: /^[2-6]/ },
  { length: 15, begins: /^3/ },
];
const IBAN_MAX_TOKENS = 40;
/** A country, two check digits. */
const ACCOUNT_BEGINS = /^[A-Z]{1,2}$|^[A-Z]{2}\d/;

/** Digits in a row, without a word between. */
interface Run {
  readonly tokens: readonly SaidToken[];
  readonly digits: string;
  /** Words, and letters, since the run before. */
  readonly gap: number;
}

/** The tokens of card numbers, bank accounts and national ids. A run goes as a whole: an expiry date is often said in the same breath. */
export function secretTokens(tokens: readonly SaidToken[]): ReadonlySet<SaidToken> {
  const runs = runsOf(tokens);
  return new Set([
    ...cardRuns(runs),
    ...runsOfLength(runs, isSocialSecurityNumber, 9),
    ...runs.filter(({ tokens: parts }) => holdsShortId(parts)).flatMap((run) => run.tokens),
    ...longRuns(runs),
    ...spanishIds(tokens),
    ...accounts(tokens),
  ]);
}

function runsOf(tokens: readonly SaidToken[]): Run[] {
  const runs: { tokens: SaidToken[]; digits: string; gap: number }[] = [];
  let words = 0;
  for (const token of tokens) {
    words += token.gap + (token.kind === 'letters' ? 1 : 0);
    if (token.kind === 'letters') continue;
    const last = runs.at(-1);
    if (token.isTight && last !== undefined) {
      last.tokens.push(token);
      last.digits += token.chars;
    } else runs.push({ tokens: [token], digits: token.chars, gap: words });
    words = 0;
  }
  return runs;
}

/** Neighbouring runs, from each of them on, as long as a number of at most so many digits can go on there. */
function* spansOf(runs: readonly Run[], maxDigits: number): Generator<readonly Run[]> {
  for (let from = 0; from < runs.length; from += 1) {
    let digits = 0;
    for (let until = from; until < runs.length; until += 1) {
      const run = runs[until];
      if (run === undefined || (until > from && run.gap > GAP_MAX_WORDS)) break;
      digits += run.digits.length;
      if (digits > maxDigits) break;
      yield runs.slice(from, until + 1);
    }
  }
}

function runsOfLength(runs: readonly Run[], isOne: (digits: string) => boolean, length: number): SaidToken[] {
  return [...spansOf(runs, length)]
    .filter((span) => isOne(digitsOf(span)))
    .flatMap((span) => span.flatMap(({ tokens }) => tokens));
}

function cardRuns(runs: readonly Run[]): SaidToken[] {
  const whole = [...spansOf(runs, CARD_DIGITS_MAX)].filter((span) => isCard(digitsOf(span))).flat();
  return [...whole, ...holdingCards(runs)].flatMap(({ tokens }) => tokens);
}

function isCard(digits: string): boolean {
  return digits.length >= CARD_DIGITS_MIN && digits.length <= CARD_DIGITS_MAX && passesLuhn(digits);
}

/** Runs that hold a card's digits beside others, alone or with their neighbours. */
function holdingCards(runs: readonly Run[]): Run[] {
  const found = new Set<Run>();
  for (const chain of chainsOf(runs)) {
    const owners = chain.flatMap((run) => Array.from(run.digits, () => run));
    const starts = new Set(tokenStarts(chain));
    const digits = digitsOf(chain);
    for (let at = 0; at < digits.length; at += 1) {
      for (
        let length: number = CARD_DIGITS_MIN;
        length <= CARD_DIGITS_MAX && at + length <= digits.length;
        length += 1
      ) {
        const part = digits.slice(at, at + length);
        const isShape = CARD_SHAPES.some((shape) => shape.length === length && shape.begins.test(part));
        const isAligned = /^[2-6]/.test(part) && starts.has(at) && starts.has(at + length);
        if ((isShape || isAligned) && passesLuhn(part)) for (const run of owners.slice(at, at + length)) found.add(run);
      }
    }
  }
  return [...found];
}

function chainsOf(runs: readonly Run[]): Run[][] {
  const chains: Run[][] = [];
  for (const run of runs) {
    const last = chains.at(-1);
    if (last !== undefined && run.gap <= GAP_MAX_WORDS) last.push(run);
    else chains.push([run]);
  }
  return chains;
}

/** Where in the chain's digits a token begins, and where the last one ends. */
function tokenStarts(chain: readonly Run[]): number[] {
  const starts = [0];
  for (const { chars } of chain.flatMap(({ tokens }) => tokens)) starts.push((starts.at(-1) ?? 0) + chars.length);
  return starts;
}

/** "123-45-6789", or nine digits at once, with other numbers beside them. */
function holdsShortId(tokens: readonly SaidToken[]): boolean {
  return tokens.some((token, index) => {
    const [group, serial] = [tokens[index + 1], tokens[index + 2]];
    if (token.chars.length === 9) return isSocialSecurityNumber(token.chars);
    const isGrouped = token.chars.length === 3 && group?.chars.length === 2 && serial?.chars.length === 4;
    return isGrouped && isSocialSecurityNumber(token.chars + group.chars + serial.chars);
  });
}

function longRuns(runs: readonly Run[]): SaidToken[] {
  const found: SaidToken[] = [];
  let current: Run[] = [];
  const close = (): void => {
    if (digitsOf(current).length >= ACCOUNT_DIGITS_MIN) found.push(...current.flatMap(({ tokens }) => tokens));
  };
  for (const run of runs) {
    if (run.gap > ACCOUNT_GAP_MAX_WORDS) {
      close();
      current = [];
    }
    current.push(run);
  }
  close();
  return found;
}

/** The letter may be announced: "letter Z". "And" is a letter in Spanish: read as one, and as none. */
function spanishIds(tokens: readonly SaidToken[]): SaidToken[] {
  return tokens.flatMap((letter, at) => {
    if (letter.kind !== 'letters' || letter.chars.length !== 1) return [];
    const found: SaidToken[] = [];
    let digits = '';
    for (let from = at - 1; from >= 0 && digits.length < 8; from -= 1) {
      const token = tokens[from];
      if (token === undefined || (tokens[from + 1]?.gap ?? 0) > GAP_MAX_WORDS) break;
      if (isSpanishId(token.chars + digits + letter.chars)) found.push(...tokens.slice(from, at + 1));
      if (token.kind === 'digits') digits = token.chars + digits;
    }
    return found;
  });
}

/** With its letters, and, for countries whose accounts have none, without those that are words. */
function accounts(tokens: readonly SaidToken[]): SaidToken[] {
  return tokens.flatMap((first, at) => {
    if (first.kind !== 'letters') return [];
    const withLetters = accountFrom(tokens, at, () => true);
    return withLetters.length > 0 ? withLetters : accountFrom(tokens, at, ({ kind }) => kind === 'digits');
  });
}

function accountFrom(
  tokens: readonly SaidToken[],
  at: number,
  counts: (token: SaidToken) => boolean,
): readonly SaidToken[] {
  let account = '';
  for (let index = at; index < Math.min(tokens.length, at + IBAN_MAX_TOKENS); index += 1) {
    const token = tokens[index];
    if (token === undefined || (index > at && token.gap > GAP_MAX_WORDS)) break;
    if (account.length >= 2 && !counts(token)) continue;
    account += token.chars;
    if (!ACCOUNT_BEGINS.test(account)) break;
    if (isIban(account)) return tokens.slice(at, index + 1);
  }
  return [];
}

function digitsOf(runs: readonly Run[]): string {
  return runs.map(({ digits }) => digits).join('');
}
