/** How a language, in its region, writes numbers and dates. From CLDR, as the runtime has it: "es-MX" writes 1,234.50 where "es-ES" writes 1.234,50. */
export interface Conventions {
  readonly decimalMark: string;
  readonly groupMark: string;
  readonly dateOrder: 'dmy' | 'mdy' | 'ymd';
  readonly hours: 12 | 24;
}

/** Making a format takes longer than using it. As many as agents have languages. */
const known = new Map<string, Conventions>();

export function conventionsOf(language: string): Conventions {
  const before = known.get(language);
  if (before !== undefined) return before;
  const conventions = readConventions(language);
  known.set(language, conventions);
  return conventions;
}

function readConventions(language: string): Conventions {
  const number = new Intl.NumberFormat(language).formatToParts(1_234_567.5);
  const mark = (type: 'decimal' | 'group'): string => number.find((part) => part.type === type)?.value ?? '';
  const date = new Intl.DateTimeFormat(language, {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    timeZone: 'UTC',
  });
  const order = date
    .formatToParts(0)
    .map(({ type }) => type[0])
    .filter((letter) => letter === 'd' || letter === 'm' || letter === 'y')
    .join('');
  const { hourCycle } = new Intl.DateTimeFormat(language, { hour: 'numeric' }).resolvedOptions();
  return {
    decimalMark: mark('decimal'),
    groupMark: mark('group'),
    dateOrder: order === 'mdy' || order === 'ymd' ? order : 'dmy',
    hours: hourCycle === 'h11' || hourCycle === 'h12' ? 12 : 24,
  };
}

/** A number as the language writes it; undefined for what is none. */
function readNumber(written: string, { decimalMark, groupMark }: Conventions): number | undefined {
  const plain = written.replaceAll(groupMark, '').replace(decimalMark, '.');
  const value = Number(plain);
  return plain === '' || Number.isNaN(value) ? undefined : value;
}

/** "5 kilometres": the number stays as it was written. `unit` is one of ECMA-402's. */
export function withUnit(written: string, unit: string, language: string): string {
  const value = readNumber(written, conventionsOf(language));
  if (value === undefined) return `${written} ${unit}`;
  return keepNumber(
    new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).formatToParts(value),
    written,
  );
}

/** "42,10 euros". `currency` is an ISO 4217 code. */
export function withCurrency(value: number, currency: string, language: string): string {
  const digits = Number.isInteger(value) ? { maximumFractionDigits: 0 } : { minimumFractionDigits: 2 };
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 2, ...digits }).format(value);
  const parts = new Intl.NumberFormat(language, { style: 'currency', currency, currencyDisplay: 'name', ...digits });
  // In some languages CLDR's pattern has the sign beside the name: the name is the last of them.
  const name = parts.formatToParts(value).findLast(({ type }) => type === 'currency')?.value ?? currency;
  return `${number} ${name}`;
}

/** "3 de noviembre de 2026". */
export function writtenDate(year: number, month: number, day: number, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(
    Date.UTC(year, month - 1, day),
  );
}

function keepNumber(parts: readonly Intl.NumberFormatPart[], written: string): string {
  const isNumber = ({ type }: Intl.NumberFormatPart): boolean =>
    type === 'integer' || type === 'group' || type === 'decimal' || type === 'fraction';
  const first = parts.findIndex(isNumber);
  return parts
    .map((part, index) => (index === first ? written : isNumber(part) ? '' : part.value))
    .join('')
    .replace(/\s+/gu, ' ');
}
