import { bareWords } from './bare-words.ts';
import { conventionsOf, type Conventions } from './conventions.ts';
import { primarySubtag, type Locale } from './locale.ts';

/**
 * Languages in which synthesis takes hints other than `characters` ("Pronunciation with SSML", note under `say-as`). In others what would need one is
 * written in words instead (reading.ts).
 */
export const SAY_AS_LANGUAGES: ReadonlySet<string> = new Set(
  'ar ca zh da nl en fr fi de hi it ja ko nb nn no pl pt ru es sv'.split(' '),
);

/** Values of `interpret-as` and `format` of the same document. */
export interface Hint {
  readonly as: 'currency' | 'date' | 'time' | 'telephone' | 'characters' | 'ordinal';
  readonly format?: 'ymd' | 'dmy' | 'mdy' | 'hms12' | 'hms24';
  /** What stands inside the element; as written unless the voice would misread that. */
  readonly content: string;
}

export interface Reading {
  readonly start: number;
  readonly end: number;
  readonly hint: Hint;
}

type Speaker = Pick<Locale, 'language' | 'pack'>;

const SIGNS: Readonly<Record<string, string>> = { $: 'USD', US$: 'USD', '€': 'EUR', '£': 'GBP', '¥': 'JPY' };
const CODES = 'USD EUR GBP JPY CAD AUD NZD CHF MXN ARS CLP COP PEN BRL INR CNY SEK NOK DKK PLN CZK HUF TRY ZAR'.split(
  ' ',
);
const NUMBER = String.raw`\d{1,3}(?:[., ]\d{3}){1,4}(?:[.,]\d{1,2})?|\d{1,12}(?:[.,]\d{1,2})?`;
const SIGN = String.raw`US\$|[$€£¥]`;
const CODE = CODES.join('|');
/** "$5 million" is left to the voice: "five dollars" is over too soon. */
const NOT_SCALED = String.raw`(?!\d|[.,]\d|\s?(?:thousand|mil\b|mill|bill|trill|Mio|Mrd|[kKM]\b|bn\b))`;
export const AMOUNT = new RegExp(
  String.raw`(?<![\w.,])(?:(?:${SIGN}|(?:${CODE})(?=[\s\d]))\s?(?:${NUMBER})${NOT_SCALED}|(?:${NUMBER})\s?(?:${SIGN}|(?:${CODE})(?!\w)))`,
  'g',
);
const PLAIN_DATE = String.raw`(?<![\w./-])(?:\d{4}-\d{2}-\d{2}|\d{1,2}([./-])\d{1,2}\k<sep>(?:\d{4}|\d{2}))(?![\w/-]|\.\d)`;

/** In the order of trial. A run of digits that none of them takes is left to the voice. */
const KINDS: readonly {
  readonly pattern: string;
  readonly read: (written: string, before: string, speaker: Speaker) => Hint | undefined;
}[] = [
  { pattern: AMOUNT.source, read: readAmount },
  { pattern: PLAIN_DATE.replace('([./-])', '(?<sep>[./-])'), read: readDate },
  {
    pattern: String.raw`(?<![\w.:])\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]\.\s?m\.|\s?[apAP][mM]\b)?(?![\w:])`,
    read: readTime,
  },
  // Cards and long accounts come in groups of four.
  { pattern: String.raw`(?<![\w.,+-])\d{4}(?:[ -]\d{4}){2,3}(?:[ -]\d{1,4})?(?![\w-]|[.,]\d)`, read: readDigits },
  {
    pattern: String.raw`(?<![\w.,])\+\d[\d ()-]{6,18}\d(?!\w)|(?<![\w.,-])(?:(?:1-)?(?:\(\d{3}\) ?|\d{3}[ .-]))?\d{3}[.-]\d{4}(?![\w-]|\.\d)|(?<![\w.,-])\d{2,4}(?:[ -]\d{2,4}){2,4}(?![\w-]|[.,]\d| \d)`,
    read: readTelephone,
  },
  { pattern: String.raw`(?<![\w.,])\d{1,4}\.?(?:\p{Ll}{1,4}|[ºª])(?![\p{L}\p{N}])`, read: readOrdinal },
  { pattern: String.raw`(?<![\w.,/-])(?=[A-Z-]*\d)(?=\d*[A-Z])[A-Z\d]{6,24}(?![\w-])`, read: readCode },
  { pattern: String.raw`(?<![\w.,/])\d{3,40}(?!\w|[.,/-]\d)`, read: readRun },
];
const READING = new RegExp(KINDS.map(({ pattern }, index) => `(?<k${index}>${pattern})`).join('|'), 'gu');

/** The parts of a text that a voice would misread, and how they are meant. They do not overlap. */
export function readingsIn(text: string, speaker: Speaker): Reading[] {
  const takesHints = SAY_AS_LANGUAGES.has(primarySubtag(speaker.language));
  return [...text.matchAll(READING)].flatMap((match) => {
    const kind = KINDS.find((_, index) => match.groups?.[`k${index}`] !== undefined);
    const before = text.slice(Math.max(0, match.index - 60), match.index);
    const hint = kind?.read(match[0], before, speaker);
    if (hint === undefined || (!takesHints && hint.as !== 'characters')) return [];
    return [{ start: match.index, end: match.index + match[0].length, hint }];
  });
}

/** The value of an amount, however it is written: its last mark is decimal unless three digits follow. */
export function amountIn(written: string): { readonly value: number; readonly currency: string } | undefined {
  const number = /\d[\d., ]*/.exec(written)?.[0].trimEnd() ?? '';
  const sign = written.replace(number, '').trim();
  const [, whole = number, , fraction = ''] = /^(.*?)([.,])(\d{1,2})$/.exec(number) ?? [];
  const value = Number(`${whole.replace(/[., ]/g, '')}.${fraction || '0'}`);
  const currency = SIGNS[sign] ?? sign;
  return Number.isFinite(value) && CODES.includes(currency) ? { value, currency } : undefined;
}

export function isDate(year = 0, month = 0, day = 0): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return month >= 1 && month <= 12 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function readAmount(written: string, _before: string, { language }: Speaker): Hint {
  const content = written.replace(/\d(?:[\d., ]*\d)?/, (number) => asWrittenIn(number, conventionsOf(language)));
  return { as: 'currency', content };
}

/** A model may write $1,234.50 in any language; a voice reads the marks of its own. */
function asWrittenIn(number: string, { decimalMark, groupMark }: Conventions): string {
  const [, whole = number, mark = '', fraction = ''] = /^(.*?)([.,])(\d{1,2})$/.exec(number) ?? [];
  const group = /[., ]/.exec(whole)?.[0];
  if ((mark === '' || mark === decimalMark) && (group === undefined || group === groupMark.replace(/\s/u, ' ')))
    return number;
  return whole.replace(/[., ]/g, '') + (fraction === '' ? '' : decimalMark + fraction);
}

function readDate(written: string, _before: string, { language }: Speaker): Hint | undefined {
  const [first = 0, second = 0, third = 0] = written.split(/[./-]/).map(Number);
  if (/^\d{4}/.test(written)) {
    return isDate(first, second, third) ? { as: 'date', format: 'ymd', content: written } : undefined;
  }
  const year = third < 100 ? third + 2000 : third;
  const isMonthFirst = conventionsOf(language).dateOrder === 'mdy';
  const orders = [
    { format: 'mdy', fits: isDate(year, first, second) },
    { format: 'dmy', fits: isDate(year, second, first) },
  ] as const;
  const format = (isMonthFirst ? orders : orders.toReversed()).find(({ fits }) => fits)?.format;
  return format && { as: 'date', format, content: written };
}

function readTime(written: string, _before: string, { language }: Speaker): Hint | undefined {
  const [hours = 0, minutes = 0] = written.split(':').map((part) => parseInt(part, 10));
  if (hours > 24 || minutes > 59) return undefined;
  const half = /([ap])\.?\s?m/i.exec(written)?.[1]?.toLowerCase();
  if (half !== undefined) {
    return { as: 'time', format: 'hms12', content: `${written.replace(/\s?[ap]\.?\s?m\.?$/i, '')}${half}m` };
  }
  const isTwelve = conventionsOf(language).hours === 12 && hours >= 1 && hours <= 12;
  return { as: 'time', format: isTwelve ? 'hms12' : 'hms24', content: written };
}

function readDigits(written: string): Hint {
  return { as: 'characters', content: written.replaceAll('-', ' ') };
}

function readTelephone(written: string, _before: string, { language }: Speaker): Hint | undefined {
  const digits = written.replace(/\D/g, '');
  if (digits.length < 7) return undefined;
  if (digits.length > 15) return readDigits(written);
  // "12 345 678" is a number where numbers are grouped by spaces, and a round one everywhere.
  const isGrouped = /^\d{1,3}(?: \d{3})+$/.test(written);
  if (isGrouped && (/\s/u.test(conventionsOf(language).groupMark) || written.endsWith('000'))) return undefined;
  return SAY_AS_LANGUAGES.has(primarySubtag(language)) ? { as: 'telephone', content: written } : readDigits(written);
}

function readOrdinal(written: string, _before: string, { pack }: Speaker): Hint | undefined {
  const suffix = written.replace(/^\d+/, '').toLowerCase();
  return pack.ordinalSuffixes.includes(suffix) ? { as: 'ordinal', content: written } : undefined;
}

function readCode(written: string): Hint {
  return { as: 'characters', content: written };
}

/** Digits without marks: an account, a card's end, a code. Years, counts and round numbers are left to the voice. */
function readRun(written: string, before: string, { pack }: Speaker): Hint | undefined {
  const isRound = written.length <= 9 && /[1-9]0{3,}$/.test(written);
  const isMeant = written.startsWith('0') || (written.length >= 5 && !isRound) || followsCue(before, pack);
  return isMeant ? { as: 'characters', content: written } : undefined;
}

/** "Your card ending in 4242", "the code is 123": the cue stands right before, or with a small word between. */
function followsCue(before: string, { numberCues, openEndings, openUnlessAsked }: Locale['pack']): boolean {
  if (/[.!?]\s*$/.test(before)) return false;
  const words = bareWords(before).split(' ');
  const last = words.at(-1) ?? '';
  const isSmall = openUnlessAsked.includes(last) || openEndings.includes(last);
  const ends = (tail: string): boolean => numberCues.some((cue) => ` ${tail}`.endsWith(` ${cue}`));
  return ends(words.join(' ')) || (isSmall && ends(words.slice(0, -1).join(' ')));
}
