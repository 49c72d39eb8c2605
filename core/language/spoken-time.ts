import type { LanguagePack } from './pack.ts';

/** "five minutes": the first of the pack's that is enough. */
export function spokenWait(minutes: number, { waits, longerWait }: Pick<LanguagePack, 'waits' | 'longerWait'>): string {
  return waits.find((wait) => wait.minutes >= minutes)?.say ?? longerWait;
}

/** Instants in milliseconds since the epoch; `zone`: whose clock is read, IANA. */
export interface SpokenInstant {
  readonly atMs: number;
  readonly nowMs: number;
  readonly zone: string;
}

const DAY_MS = 24 * 3_600_000;
const WEEK_DAYS = 7;

/** "tomorrow at 8:00 AM", "on Monday at 8:00 AM": the time stays in digits, which the voice of the language reads. `language`: BCP 47. */
export function spokenOpening(
  { atMs, nowMs, zone }: SpokenInstant,
  language: string,
  { openings }: Pick<LanguagePack, 'openings'>,
): string {
  const write = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(language, { timeZone: zone, ...options })
      .format(atMs)
      .replace(/\s+/gu, ' ')
      // "8:00 a. m.", as some languages have it: its full stops would end sentences.
      .replace(/([ap])\. ?m\./i, '$1m');
  const time = write({ hour: 'numeric', minute: '2-digit' });
  const isOne = /^0?1:/.test(time);
  const at = filled((isOne ? openings.atOne : undefined) ?? openings.at, { time });
  const days = dayNumber(atMs, zone) - dayNumber(nowMs, zone);
  if (days <= 0) return filled(openings.today, { at });
  if (days === 1) return filled(openings.tomorrow, { at });
  return days < WEEK_DAYS
    ? filled(openings.weekday, { weekday: write({ weekday: 'long' }), at })
    : filled(openings.later, { date: write({ day: 'numeric', month: 'long' }), at });
}

/** Puts values into the places of a text of a pack. */
export function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? place) : place,
  );
}

/** Days as the calendar of the zone counts them. */
function dayNumber(atMs: number, zone: string): number {
  const written = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(atMs);
  return Date.parse(`${written}T00:00:00Z`) / DAY_MS;
}
