import { foldWord, numberLexicon, type JoinerPlace, type NumberLexicon, type NumberWord } from './number-lexicon.ts';
import type { LanguagePack } from './pack.ts';

/** One number of a text, in digits: "twenty-nine" is 29, "double seven" 77, "007" as it stands. */
export interface SpokenNumber {
  /** `?` when "double" stands before what cannot be doubled: nobody knows which digits are meant. */
  readonly digits: string;
  /** Where it stands in the text. */
  readonly start: number;
  readonly end: number;
}

type Token = { readonly start: number; readonly end: number; readonly marked: boolean } & (
  NumberWord | { readonly kind: 'written'; readonly digits: string } | { readonly kind: 'word' }
);

/** `soundAlikes`: whether "for" counts as 4. */
export interface NumberReading {
  readonly soundAlikes: 'words' | 'digits';
}

/**
 * The numbers in a text from left to right, as a person who takes them down writes them: one reading, by these rules.
 *
 * - Numbers in a row are digits in a row: "four seven twenty-nine" is 4, 7, 29.
 * - A ten and a unit right after it are one number ("forty seven" is 47) unless a mark stands between ("forty, seven" is 40, 7). Where the language joins
 *   them ("cuarenta y siete") they are one only with the joiner.
 * - Hundreds and thousands take what follows: "one hundred twenty three" is 123.
 * - What is written in digits stays as it is written: "4 7 29", "4-7-29", "4,729".
 */
export function spokenNumbers(
  text: string,
  pack: LanguagePack,
  { soundAlikes }: NumberReading = { soundAlikes: 'words' },
): readonly SpokenNumber[] {
  const lexicon = numberLexicon(pack);
  return numbersIn(tokensOf(text, lexicon), soundAlikes, lexicon);
}

/** The same in both readings: one list where nothing sounds like a digit. */
export function spokenNumbersBothWays(
  text: string,
  pack: LanguagePack,
): Readonly<Record<NumberReading['soundAlikes'], readonly SpokenNumber[]>> {
  const lexicon = numberLexicon(pack);
  const tokens = tokensOf(text, lexicon);
  const words = numbersIn(tokens, 'words', lexicon);
  const isAmbiguous = tokens.some(({ kind }) => kind === 'sound-alike');
  return { words, digits: isAmbiguous ? numbersIn(tokens, 'digits', lexicon) : words };
}

function numbersIn(
  found: readonly Token[],
  soundAlikes: NumberReading['soundAlikes'],
  lexicon: NumberLexicon,
): readonly SpokenNumber[] {
  const tokens = found.map((token): Token => {
    if (token.kind !== 'sound-alike') return token;
    return { ...token, kind: soundAlikes === 'digits' ? 'digit' : 'word' };
  });
  const numbers: SpokenNumber[] = [];
  for (let at = 0; at < tokens.length;) {
    const parsed = numberAt(tokens, at, lexicon);
    const [first, last] = [tokens[at], tokens[(parsed?.next ?? at + 1) - 1]];
    if (parsed === undefined || first === undefined || last === undefined) {
      at += 1;
      continue;
    }
    numbers.push({ digits: parsed.digits, start: first.start, end: last.end });
    at = parsed.next;
  }
  return numbers;
}

const UNIT = /\d+|[\p{L}\p{M}]+(?:['\u2019][\p{L}\p{M}]+)*/gu;
/** What a speaker's pause looks like in writing. A hyphen inside a word is none. */
const MARK = /[,.;:!?…–—\n]|\s-\s/u;

function tokensOf(text: string, lexicon: NumberLexicon): Token[] {
  const units = [...text.matchAll(UNIT)].map((match) => ({
    text: match[0],
    folded: foldWord(match[0]),
    start: match.index,
    end: match.index + match[0].length,
  }));
  const marks = units.map(({ start }, index) => hasMark(text.slice(units[index - 1]?.end ?? 0, start)));
  // No phrase goes over a pause: "nine oh, I think" ends in a zero.
  const words = units.map(({ folded }, index) => (index > 0 && marks[index] === true ? `,${folded}` : folded));
  const tokens: Token[] = [];
  for (let at = 0; at < units.length;) {
    const unit = units[at];
    if (unit === undefined) break;
    const { start, end } = unit;
    const marked = marks[at] === true;
    if (/^\d/.test(unit.text)) {
      tokens.push({ kind: 'written', digits: unit.text, start, end, marked });
      at += 1;
    } else {
      const found = lexicon.find(words, at);
      const length = found?.length ?? 1;
      const place = { start, end: units[at + length - 1]?.end ?? end };
      const parts = found === undefined ? lexicon.split(unit.folded) : [found.word];
      for (const [index, part] of (parts ?? [{ kind: 'word' } as const]).entries())
        tokens.push({ ...part, ...place, marked: marked && index === 0 });
      at += length;
    }
  }
  return tokens;
}

function hasMark(between: string): boolean {
  return between !== ' ' && MARK.test(between);
}

interface Parsed {
  readonly digits: string;
  /** Index of the token after it. */
  readonly next: number;
}

interface Value {
  readonly value: number;
  readonly next: number;
}

function numberAt(tokens: readonly Token[], at: number, lexicon: NumberLexicon): Parsed | undefined {
  const token = tokens[at];
  if (token?.kind === 'word') return undefined;
  if (token?.kind === 'repeat') return repeated(tokens, at, token.value);
  const number = thousandsAt(tokens, at, lexicon);
  if (number !== undefined) return { digits: String(number.value), next: number.next };
  return token?.kind === 'written' ? { digits: token.digits, next: at + 1 } : undefined;
}

function repeated(tokens: readonly Token[], at: number, times: number): Parsed | undefined {
  const next = tokens[at + 1];
  if (next?.kind === 'digit') return { digits: String(next.value).repeat(times), next: at + 2 };
  if (next?.kind === 'written' && next.digits.length === 1) return { digits: next.digits.repeat(times), next: at + 2 };
  // "I double checked" repeats nothing.
  return next === undefined || ['word', 'no-number', 'joiner', 'bound-digit'].includes(next.kind)
    ? undefined
    : { digits: '?', next: at + 1 };
}

function thousandsAt(tokens: readonly Token[], at: number, lexicon: NumberLexicon): Value | undefined {
  const before = hundredsAt(tokens, at, lexicon) ?? smallWritten(tokens[at], at);
  const hasThousand = (index: number): boolean => isTimes(tokens[index], 1_000);
  if (before === undefined) return hasThousand(at) ? withRest(1_000, at + 1, tokens, lexicon, hundredsAt) : undefined;
  if (before.value > 0 && hasThousand(before.next))
    return withRest(before.value * 1_000, before.next + 1, tokens, lexicon, hundredsAt);
  return tokens[at]?.kind === 'written' && before.next === at + 1 ? undefined : before;
}

function hundredsAt(tokens: readonly Token[], at: number, lexicon: NumberLexicon): Value | undefined {
  const token = tokens[at];
  if (token?.kind === 'hundreds') return withRest(token.value, at + 1, tokens, lexicon, belowHundredAt);
  if (isTimes(token, 100)) return withRest(100, at + 1, tokens, lexicon, belowHundredAt);
  const before = belowHundredAt(tokens, at, lexicon) ?? boundAt(tokens, at) ?? smallWritten(token, at);
  if (before === undefined) return undefined;
  if (before.value > 0 && isTimes(tokens[before.next], 100))
    return withRest(before.value * 100, before.next + 1, tokens, lexicon, belowHundredAt);
  return token?.kind === 'written' || token?.kind === 'bound-digit' ? belowHundredAt(tokens, at, lexicon) : before;
}

/** "Hundred and five": what follows belongs to it. A zero that follows is a digit of its own. */
function withRest(
  value: number,
  next: number,
  tokens: readonly Token[],
  lexicon: NumberLexicon,
  restAt: (tokens: readonly Token[], at: number, lexicon: NumberLexicon) => Value | undefined,
): Value {
  const after = joins(tokens[next], 'after-hundred') ? next + 1 : next;
  const rest = restAt(tokens, after, lexicon) ?? writtenRest(tokens[after], after, value);
  return rest === undefined || rest.value === 0 ? { value, next } : { value: value + rest.value, next: rest.next };
}

function belowHundredAt(tokens: readonly Token[], at: number, lexicon: NumberLexicon): Value | undefined {
  const token = tokens[at];
  if (token === undefined) return undefined;
  switch (token.kind) {
    case 'digit':
    case 'bound-digit': {
      const tens = tokens[at + 2];
      const isUnit = joins(tokens[at + 1], 'before-tens') && tens?.kind === 'tens' && tens.value >= 20;
      if (isUnit && token.value > 0 && tens.value % 10 === 0 && !tens.marked)
        return { value: tens.value + token.value, next: at + 3 };
      return token.kind === 'digit' ? { value: token.value, next: at + 1 } : undefined;
    }
    case 'tens': {
      const isJoined = joins(tokens[at + 1], 'after-tens');
      const unitAt = isJoined ? at + 2 : at + 1;
      const unit = token.value % 10 === 0 && token.value >= 20 ? unitOf(tokens[unitAt]) : undefined;
      const isOne = unit !== undefined && isJoined === lexicon.joinsTens;
      return isOne ? { value: token.value + unit, next: unitAt + 1 } : { value: token.value, next: at + 1 };
    }
    default:
      return undefined;
  }
}

function unitOf(token: Token | undefined): number | undefined {
  if (token === undefined || token.marked || (token.kind !== 'digit' && token.kind !== 'bound-digit')) return undefined;
  return token.value > 0 ? token.value : undefined;
}

function boundAt(tokens: readonly Token[], at: number): Value | undefined {
  const token = tokens[at];
  return token?.kind === 'bound-digit' ? { value: token.value, next: at + 1 } : undefined;
}

/** "4 hundred". */
function smallWritten(token: Token | undefined, at: number): Value | undefined {
  return token?.kind === 'written' && token.digits.length <= 2 && !token.digits.startsWith('0')
    ? { value: Number(token.digits), next: at + 1 }
    : undefined;
}

/** "4 thousand 729". */
function writtenRest(token: Token | undefined, at: number, value: number): Value | undefined {
  const fits = token?.kind === 'written' && Number(token.digits) < (value >= 1_000 ? 1_000 : 100);
  return fits && !token.digits.startsWith('0') ? { value: Number(token.digits), next: at + 1 } : undefined;
}

function isTimes(token: Token | undefined, value: number): boolean {
  return token?.kind === 'times' && token.value === value;
}

function joins(token: Token | undefined, place: JoinerPlace): boolean {
  return token?.kind === 'joiner' && !token.marked && token.joins.has(place);
}
