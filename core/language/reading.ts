import { withCurrency, withUnit, writtenDate } from './conventions.ts';
import { AMOUNT, amountIn, isDate, SAY_AS_LANGUAGES } from './say-as.ts';
import { primarySubtag, type Locale } from './locale.ts';

/** Who speaks, and in which language: a `Locale` is one. */
export type SpeechStyle = Pick<Locale, 'language' | 'voice' | 'lexicon' | 'pack'>;

const EMAIL = /[\p{L}\p{N}_%+.-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,4}/gu;
/** An address without anything around it that says so: only what ends in a domain people know. */
const DOMAIN =
  /(?<![\p{L}\p{N}@./-])(?:[a-z0-9-]{2,40}\.){1,3}(?:com|org|net|edu|gov|info|example|es|mx|uk|de|fr|eu|it|pt|ar|cl)(?![\p{L}\p{N}/-]|\.\p{L})/gu;
/** A card with all but its last digits hidden: "**** **** **** 4242", "xxxx-4242". Two stars before a number are Markdown's. */
const MASKED = /(?:\*{3}|[•●]{2}|(?<!\w)[xX]{3})[*•●xX -]{0,40}(?=\d{3,6}(?!\d))/g;
const TIMESTAMP = /(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?(?![\w:])/g;

const RANGES = [
  // A dash between numbers is always one; so is a hyphen between two times or two amounts.
  /(?<=\d\s?%?|\d\s?[ap]m) ?[–—] ?(?=[$€£]?\d)/giu,
  /(?<=\d ?%) ?- ?(?=\d)/g,
  /(?<=(?<![\d:])\d{1,2}:\d\d ?(?:[ap]m)?) ?- ?(?=\d{1,2}:\d\d(?![\d:]))/gi,
  /(?<=[$€£]\d{1,6}(?:[.,]\d{1,2})?) ?- ?(?=[$€£]?\d{1,6})/g,
];
/** Between plain numbers a hyphen may be part of a code: only one that goes up is a range. */
const HYPHENATED = /(?<![\w.,:/-])(?:(\d{1,3})-(\d{1,3})|((?:19|20)\d\d)-((?:19|20)\d\d))(?![\w/-]|[.,:]\d)/g;

/** What is written after a number, and its name in ECMA-402. Signs that are as often something else ("m", "s", "in", "mi") are left to the voice. */
const UNITS: Readonly<Record<string, string>> = {
  '%': 'percent',
  km: 'kilometer',
  cm: 'centimeter',
  mm: 'millimeter',
  ft: 'foot',
  kg: 'kilogram',
  lb: 'pound',
  lbs: 'pound',
  oz: 'ounce',
  ml: 'milliliter',
  kB: 'kilobyte',
  MB: 'megabyte',
  GB: 'gigabyte',
  TB: 'terabyte',
  min: 'minute',
  h: 'hour',
  '°C': 'celsius',
  '°F': 'fahrenheit',
  'km/h': 'kilometer-per-hour',
  mph: 'mile-per-hour',
};
const UNIT_SIGNS = Object.keys(UNITS).sort((a, b) => b.length - a.length);
const WITH_UNIT = new RegExp(
  String.raw`(?<![\p{L}\p{N}.,])(\d{1,9}(?:[.,]\d{1,3}){0,3}) ?(${UNIT_SIGNS.join('|')})(?![\p{L}\p{N}/°%])`,
  'gu',
);

/** Hidden digits, before anything takes their stars for markup. */
export function withoutMasks(text: string, { pack }: SpeechStyle): string {
  return text.replace(MASKED, (_, at: number, whole: string) => {
    const before = whole
      .slice(Math.max(0, at - 60), at)
      .trimEnd()
      .toLowerCase();
    return before.endsWith(pack.signs.endingIn.toLowerCase()) ? '' : `${pack.signs.endingIn} `;
  });
}

/**
 * What is written in signs, in words: addresses, ranges, units; and where the voice takes no hints (say-as.ts), amounts and dates too. The text is
 * what is recorded as said, so the words that synthesis reports are found in it.
 */
export function inWords(text: string, style: SpeechStyle): string {
  const { language, pack } = style;
  const words = text
    .replace(EMAIL, (address) => spelledAddress(address, style))
    .replace(DOMAIN, (address) => spelledAddress(address, style))
    .replace(TIMESTAMP, '$1 $2');
  const ranged = RANGES.reduce((said, range) => said.replace(range, ` ${pack.signs.to} `), words).replace(
    HYPHENATED,
    (whole, low?: string, high?: string, from?: string, until?: string) =>
      Number(low ?? from) < Number(high ?? until) ? whole.replace('-', ` ${pack.signs.to} `) : whole,
  );
  const united = ranged.replace(WITH_UNIT, (_, number: string, sign: string) =>
    withUnit(number, UNITS[sign] ?? sign, language),
  );
  return SAY_AS_LANGUAGES.has(primarySubtag(language)) ? united : withoutHints(united, language);
}

function spelledAddress(address: string, { pack: { signs } }: SpeechStyle): string {
  const names: Readonly<Record<string, string>> = {
    '@': signs.at,
    '.': signs.dot,
    '-': signs.dash,
    _: signs.underscore,
    '+': signs.plus,
  };
  // A full stop at the end is the sentence's.
  const [, name = '', end = ''] = /^(.*?)(\.*)$/su.exec(address) ?? [];
  return (
    name
      .replace(/[@._+-]/g, (sign) => ` ${names[sign] ?? sign} `)
      .replace(/ {2,}/g, ' ')
      .trim() + end
  );
}

function withoutHints(text: string, language: string): string {
  return text
    .replace(AMOUNT, (written) => {
      const amount = amountIn(written);
      return amount === undefined ? written : withCurrency(amount.value, amount.currency, language);
    })
    .replace(/(?<![\w-])(\d{4})-(\d\d)-(\d\d)(?![\w-])/g, (written, ...groups: string[]) => {
      const [year, month, day] = groups.slice(0, 3).map(Number);
      return isDate(year, month, day) ? writtenDate(year ?? 0, month ?? 0, day ?? 0, language) : written;
    });
}
