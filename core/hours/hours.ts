import * as z from 'zod';

const DAY_MINUTES = 24 * 60;
const OPENING = /^(?:[01]\d|2[0-3]):[0-5]\d-(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/;
const DATE = /^(?:\d{4}-)?\d{2}-\d{2}$/;
/** More than a day can have, and than a calendar of holidays needs: both are looked through before a call is answered. */
const OPENINGS_MAX = 12;
const HOLIDAYS_MAX = 400;

const opening = z
  .string()
  .regex(
    OPENING,
    'expected an opening such as "08:00-17:30"; one over midnight is "22:00-02:00", a whole day "00:00-24:00"',
  )
  .refine(
    (text) => text.slice(0, 5) !== text.slice(6),
    'opens and closes at the same time: a whole day is "00:00-24:00"',
  )
  .transform(minutesOf)
  .describe(
    'From and to, as the clock on the wall shows them. It belongs to the day it begins on, also over midnight.',
  );

const openings = z.array(opening).max(OPENINGS_MAX);

const weekly = z
  .strictObject({
    monday: openings.default([]),
    tuesday: openings.default([]),
    wednesday: openings.default([]),
    thursday: openings.default([]),
    friday: openings.default([]),
    saturday: openings.default([]),
    sunday: openings.default([]),
  })
  .describe('The openings that begin on each day; a day that is left out is closed.');

const holiday = z.strictObject({
  date: z
    .string()
    .regex(DATE, 'expected a date such as "2026-12-25", or "12-25" for every year')
    .refine(isInCalendar, 'no such day in the calendar')
    .describe('One date, or month and day for every year. A date with its year goes before one without.'),
  open: openings.default([]).describe('The openings that begin on it instead of those of its weekday; none: closed.'),
});

/** Opening hours: a week, its exceptions, and the zone whose clock they are read on. */
export const hours = z.strictObject({
  zone: z
    .string()
    .refine(isZone, 'expected an IANA time zone such as "America/New_York" or "Europe/Madrid"')
    .describe('An IANA time zone. Summer time is kept as there.'),
  weekly,
  holidays: z
    .array(holiday)
    .max(HOLIDAYS_MAX)
    .superRefine((holidays, context) => {
      const dates = holidays.map(({ date }) => date);
      for (const [index, date] of dates.entries()) {
        if (dates.indexOf(date) === index) continue;
        context.addIssue({ code: 'custom', path: [index, 'date'], message: `${date} is in the list already` });
      }
    })
    .default([]),
});

export type Hours = z.infer<typeof hours>;
export type Weekday = keyof Hours['weekly'];

/** Minutes since midnight of the day it begins on; `toMinute` is not in it, and is beyond 1440 when it goes over midnight. */
export type Opening = Readonly<z.infer<typeof opening>>;

function minutesOf(text: string): { fromMinute: number; toMinute: number } {
  const fromMinute = minuteOf(text.slice(0, 5));
  const toMinute = minuteOf(text.slice(6));
  return { fromMinute, toMinute: toMinute > fromMinute ? toMinute : toMinute + DAY_MINUTES };
}

function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function isInCalendar(date: string): boolean {
  // The 29th of February is in the calendar of some years, 2000 among them.
  const full = date.length === 5 ? `2000-${date}` : date;
  const atMs = Date.parse(`${full}T00:00:00Z`);
  return Number.isFinite(atMs) && new Date(atMs).toISOString().startsWith(full);
}

/** An offset such as "+02:00" is one to `Intl`, and knows no summer time. */
function isZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
