import type { Hours, Opening, Weekday } from './hours.ts';

const DAY_MINUTES = 24 * 60;
const WEEKDAYS: readonly [Weekday, ...Weekday[]] = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
];

/**
 * Whether an opening is under way, by the clock on the wall in the zone of the hours. An hour that the clock skips in spring is no opening, one
 * that it shows twice in autumn is open twice. What begins before midnight goes on after it, whatever the next day is.
 *
 * `atMs`: milliseconds since the epoch.
 */
export function isOpen(hours: Hours, atMs: number): boolean {
  const { date, minute } = wallClock(hours.zone, atMs);
  return (
    openingsOn(hours, date).some(({ fromMinute, toMinute }) => fromMinute <= minute && minute < toMinute) ||
    openingsOn(hours, dayBefore(date)).some(({ toMinute }) => minute + DAY_MINUTES < toMinute)
  );
}

/** `date` as "2026-12-25". */
export function openingsOn({ weekly, holidays }: Hours, date: string): readonly Opening[] {
  const holiday =
    holidays.find((day) => day.date === date) ?? holidays.find((day) => day.date === date.slice(-'12-25'.length));
  return holiday?.open ?? weekly[WEEKDAYS[new Date(utcMs(date)).getUTCDay()] ?? WEEKDAYS[0]];
}

function dayBefore(date: string): string {
  return new Date(utcMs(date) - DAY_MINUTES * 60_000).toISOString().slice(0, '2026-12-25'.length);
}

/** The beginning of a date as if the zone were UTC. */
export function utcMs(date: string): number {
  return Date.parse(`${date}T00:00:00Z`);
}

interface WallClock {
  readonly date: string;
  /** Since midnight on the dial: not how long ago that was. */
  readonly minute: number;
}

/** Making one takes longer than all the rest; there are as many as zones in the configuration. */
const clocks = new Map<string, Intl.DateTimeFormat>();

/** What the clock on the wall shows. `atMs`: milliseconds since the epoch. */
export function wallClock(zone: string, atMs: number): WallClock {
  const parts = Object.fromEntries(
    clockOf(zone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, value]),
  );
  const { year = '', month = '', day = '', hour = '', minute = '' } = parts;
  return { date: `${year.padStart(4, '0')}-${month}-${day}`, minute: Number(hour) * 60 + Number(minute) };
}

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  clocks.set(zone, clock);
  return clock;
}
