import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { hours } from '#core/hours/hours';
import { isOpen } from '#core/hours/is-open';

type Written = z.input<typeof hours>;
type WithHolidays = Written & { readonly holidays: NonNullable<Written['holidays']> };

const office = {
  zone: 'America/New_York',
  weekly: {
    monday: ['08:00-12:00', '13:00-17:30'],
    friday: ['22:00-02:00'],
    saturday: ['00:30-04:00'],
  },
  holidays: [{ date: '2026-12-28' }, { date: '2026-12-21', open: ['10:00-11:00'] }, { date: '01-04' }],
} satisfies Written;

function open(written: Written, at: string): boolean {
  return isOpen(hours.parse(written), Date.parse(at));
}

describe('business hours', () => {
  it('open with the first minute and close with the last', () => {
    expect(open(office, '2026-11-23T07:59:59-05:00')).toBe(false);
    expect(open(office, '2026-11-23T08:00:00-05:00')).toBe(true);
    expect(open(office, '2026-11-23T17:29:59-05:00')).toBe(true);
    expect(open(office, '2026-11-23T17:30:00-05:00')).toBe(false);
  });

  it('have a break at noon, and no opening on a day that is left out', () => {
    expect(open(office, '2026-11-23T12:30:00-05:00')).toBe(false);
    expect(open(office, '2026-11-24T09:00:00-05:00')).toBe(false);
  });

  it('go over midnight into a day that has openings of its own', () => {
    expect(open(office, '2026-11-27T21:59:00-05:00')).toBe(false);
    expect(open(office, '2026-11-27T23:30:00-05:00')).toBe(true);
    expect(open(office, '2026-11-28T00:10:00-05:00')).toBe(true);
    expect(open(office, '2026-11-28T03:59:00-05:00')).toBe(true);
    expect(open(office, '2026-11-28T04:00:00-05:00')).toBe(false);
  });

  it('are read on the clock of their zone, wherever this runs', () => {
    expect(open(office, '2026-11-23T13:00:00Z')).toBe(true);
    expect(open({ ...office, zone: 'Europe/Madrid' }, '2026-11-23T13:00:00Z')).toBe(true);
    expect(open({ ...office, zone: 'Asia/Tokyo' }, '2026-11-23T13:00:00Z')).toBe(false);
  });

  it('keep holidays: closed, open otherwise, or of every year', () => {
    expect(open(office, '2026-12-28T09:00:00-05:00')).toBe(false);
    expect(open(office, '2026-12-21T09:00:00-05:00')).toBe(false);
    expect(open(office, '2026-12-21T10:30:00-05:00')).toBe(true);
    expect(open(office, '2027-01-04T09:00:00-05:00')).toBe(false);
    expect(open(office, '2027-01-11T09:00:00-05:00')).toBe(true);
  });

  it('take the holiday of the year before the one of every year', () => {
    const holidays = [{ date: '11-23' }, { date: '2026-11-23', open: ['09:00-10:00'] }];
    expect(open({ ...office, holidays }, '2026-11-23T09:30:00-05:00')).toBe(true);
  });

  it('finish on a holiday what began on the evening before', () => {
    const holidays = [{ date: '2026-11-28' }];
    expect(open({ ...office, holidays }, '2026-11-28T01:00:00-05:00')).toBe(true);
    expect(open({ ...office, holidays }, '2026-11-28T03:00:00-05:00')).toBe(false);
  });

  it('keep to the wall clock when summer time begins and ends', () => {
    const night = { zone: 'America/New_York', weekly: { sunday: ['01:30-03:30'] } };
    // 8 March: 01:59 is followed by 03:00.
    expect(open(night, '2026-03-08T06:29:00Z')).toBe(false);
    expect(open(night, '2026-03-08T06:59:00Z')).toBe(true);
    expect(open(night, '2026-03-08T07:29:00Z')).toBe(true);
    expect(open(night, '2026-03-08T07:30:00Z')).toBe(false);
    // 1 November: 01:59 is followed by 01:00, so that 01:30 comes twice.
    expect(open(night, '2026-11-01T05:30:00Z')).toBe(true);
    expect(open(night, '2026-11-01T06:15:00Z')).toBe(false);
    expect(open(night, '2026-11-01T06:30:00Z')).toBe(true);
    expect(open(night, '2026-11-01T08:30:00Z')).toBe(false);
  });
});

/** Places whose clocks change: at midnight, by half an hour, in March or in October, or never; and a day that was left out. */
const CHANGES: Readonly<Record<string, readonly string[]>> = {
  'America/New_York': ['2026-03-08', '2026-11-01'],
  'Europe/Madrid': ['2026-03-29', '2026-10-25'],
  'Australia/Sydney': ['2026-04-05', '2026-10-04'],
  'Australia/Lord_Howe': ['2026-04-05', '2026-10-04'],
  'Pacific/Auckland': ['2026-04-05', '2026-09-27'],
  'America/Santiago': ['2026-04-05', '2026-09-06'],
  'Pacific/Apia': ['2011-12-29', '2026-01-01'],
  'Asia/Kathmandu': ['2026-02-28', '2028-02-28'],
  UTC: ['2026-12-31', '2026-03-29'],
};

const times = fc
  .tuple(fc.nat(23), fc.nat(59))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);
const openings = fc.array(
  fc.oneof(
    fc
      .tuple(times, times)
      .filter(([from, to]) => from !== to)
      .map(([from, to]) => `${from}-${to}`),
    times.map((from) => `${from}-24:00`),
  ),
  { maxLength: 3 },
);
const weeks = fc.record({
  monday: openings,
  tuesday: openings,
  wednesday: openings,
  thursday: openings,
  friday: openings,
  saturday: openings,
  sunday: openings,
});
const days = fc
  .constantFrom(...Object.entries(CHANGES).flatMap(([zone, dates]) => dates.map((date) => ({ zone, date }))))
  .chain(({ zone, date }) =>
    fc.oneof(
      { weight: 2, arbitrary: fc.constant({ zone, date }) },
      { weight: 1, arbitrary: fc.integer({ min: -400, max: 400 }).map((by) => ({ zone, date: dayAfter(date, by) })) },
    ),
  );
const simulatedDays = days.chain(({ zone, date }) =>
  fc.record({
    date: fc.constant(date),
    written: fc.record({
      zone: fc.constant(zone),
      weekly: weeks,
      holidays: fc.uniqueArray(
        fc.record({
          date: fc.constantFrom(date, dayAfter(date, 1), dayAfter(date, -1), date.slice(5)),
          open: openings,
        }),
        { selector: (holiday) => holiday.date, maxLength: 2 },
      ),
    }),
  }),
);

function dayAfter(date: string, by: number): string {
  return new Date(Date.parse(`${date}T12:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10);
}

function minuteAfter(time: string): string {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  if (minute < 59) return `${time.slice(0, 3)}${String(minute + 1).padStart(2, '0')}`;
  return hour < 23 ? `${String(hour + 1).padStart(2, '0')}:00` : '00:00';
}

/** Every minute that is open, as the clock on the wall shows it: each opening is walked through, minute by minute. */
function openMinutes(written: WithHolidays, dates: readonly string[]): Set<string> {
  const minutes = new Set<string>();
  for (const date of dates) {
    for (const opening of openingsOf(written, date)) {
      const [from = '', to = ''] = opening.split('-');
      let shown = { date, time: from };
      do {
        minutes.add(`${shown.date} ${shown.time}`);
        const time = minuteAfter(shown.time);
        shown = { date: time === '00:00' ? dayAfter(shown.date, 1) : shown.date, time };
      } while (shown.time !== to.replace('24:00', '00:00'));
    }
  }
  return minutes;
}

function openingsOf({ weekly, holidays }: WithHolidays, date: string): readonly string[] {
  for (const wanted of [date, date.slice(5)]) {
    for (const holiday of holidays) if (holiday.date === wanted) return holiday.open ?? [];
  }
  const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'long', timeZone: 'UTC' }).format(
    new Date(`${date}T12:00:00Z`),
  );
  return Object.entries(weekly).find(([day]) => day === weekday.toLowerCase())?.[1] ?? [];
}

describe('1,000 days, minute by minute', () => {
  it('are open when walking through every opening says so', { timeout: 300_000 }, () => {
    const property = fc.property(simulatedDays, ({ date, written }) => {
      const parsed = hours.parse(written);
      const around = [-3, -2, -1, 0, 1, 2, 3].map((by) => dayAfter(date, by));
      const expected = openMinutes(written, around);
      // Swedes write dates as everybody sorts them.
      const wall = new Intl.DateTimeFormat('sv-SE', { timeZone: written.zone, dateStyle: 'short', timeStyle: 'short' });
      const noonMs = Date.parse(`${date}T12:00:00Z`);
      // A day of any zone: from 14 hours before noon in Greenwich, at an odd second.
      for (let atMs = noonMs - 14 * 3_600_000 + 17_000; atMs < noonMs + 10 * 3_600_000; atMs += 60_000) {
        const shown = wall.format(atMs);
        if (isOpen(parsed, atMs) !== expected.has(shown)) throw new Error(`${shown} in ${written.zone}`);
      }
    });
    fc.assert(property, { numRuns: 1_000 });
  });
});
