import type { SsmlWord } from './ssml.ts';

/** Readings of `<say-as interpret-as="...">` that matter on the phone; any other one is read as plain text. */
export function sayAs(text: string, interpretAs: string | undefined, format: string | undefined): readonly SsmlWord[] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  switch (interpretAs) {
    case 'digits':
    case 'number_digit':
    case 'telephone':
    case 'characters':
    case 'spell-out':
    case 'letters':
      return words.map((word) => ({ text: word, spoken: spellOut(word) }));
    case 'currency':
      return currency(text, words);
    case 'date':
      return date(text.trim(), format) ?? plain(words);
    case 'ordinal':
      return words.map((word) => ({ text: word, spoken: /^\d+$/.test(word) ? ordinal(Number(word)) : word }));
    default:
      return plain(words);
  }
}

function plain(words: readonly string[]): readonly SsmlWord[] {
  return words.map((word) => ({ text: word, spoken: word }));
}

/** "4021," becomes "4 0 2 1,": the comma still makes the pause. */
function spellOut(word: string): string {
  return Array.from(word)
    .map((character) => (character === '+' ? 'plus' : /[\s()-]/.test(character) ? '' : character))
    .filter((character) => character !== '')
    .join(' ')
    .replace(/ ([.,;:!?])/g, '$1');
}

const CURRENCY_NAMES: Readonly<Record<string, readonly [whole: string, part: string]>> = {
  USD: ['dollar', 'cent'],
  $: ['dollar', 'cent'],
  EUR: ['euro', 'cent'],
  '€': ['euro', 'cent'],
  GBP: ['pound', 'penny'],
  '£': ['pound', 'penny'],
};

function currency(text: string, words: readonly string[]): readonly SsmlWord[] {
  const amount = /(\d[\d,]*)(?:\.(\d{1,2}))?/.exec(text);
  const unit = Object.keys(CURRENCY_NAMES).find((name) => text.includes(name));
  const names = unit === undefined ? undefined : CURRENCY_NAMES[unit];
  if (amount === null || names === undefined) return plain(words);
  const whole = Number(amount[1]?.replaceAll(',', ''));
  const part = Number((amount[2] ?? '').padEnd(2, '0'));
  const spoken = [counted(whole, names[0]), ...(part > 0 ? ['and', counted(part, names[1])] : [])].join(' ');
  return [{ text: text.trim(), spoken }];
}

function counted(count: number, name: string): string {
  const plural = name === 'penny' ? 'pence' : `${name}s`;
  return `${count} ${count === 1 ? name : plural}`;
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** ISO dates and the service's `mdy`, `dmy`, `ymd`; `undefined` for what is no date. */
function date(text: string, format: string | undefined): readonly SsmlWord[] | undefined {
  const numbers = /^(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})$/.exec(text);
  if (numbers === null) return undefined;
  const parts = numbers.slice(1).map(Number);
  const order = format ?? ((parts[0] ?? 0) > 31 ? 'ymd' : 'mdy');
  const of = (letter: string): number => parts[order.indexOf(letter)] ?? 0;
  const month = MONTHS[of('m') - 1];
  return month === undefined ? undefined : [{ text, spoken: `${month} ${ordinal(of('d'))}, ${of('y')}` }];
}

function ordinal(count: number): string {
  const tens = count % 100;
  const suffix = tens > 10 && tens < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th');
  return `${count}${suffix}`;
}
