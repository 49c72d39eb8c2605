import { describe, expect, it } from 'vitest';
import { hours } from '#core/hours/hours';

const written = { zone: 'Europe/Madrid', weekly: { monday: ['08:00-12:00'] } };

function problems(value: unknown): string[] {
  const result = hours.safeParse(value);
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('hours as they are written', () => {
  it('are minutes of the day they begin on', () => {
    const { weekly } = hours.parse({ ...written, weekly: { friday: ['22:00-02:00', '00:00-24:00', '20:00-00:00'] } });
    expect(weekly.friday).toEqual([
      { fromMinute: 1_320, toMinute: 1_560 },
      { fromMinute: 0, toMinute: 1_440 },
      { fromMinute: 1_200, toMinute: 1_440 },
    ]);
    expect(weekly.monday).toEqual([]);
  });

  it.each(['8:00-12:00', '08:00', '08:00-25:00', '24:00-08:00', '08:60-09:00', '08:00 - 12:00'])(
    'refuse "%s" for an opening, and show one',
    (opening) => {
      expect(problems({ ...written, weekly: { monday: [opening] } })).toEqual([
        expect.stringMatching(/^weekly\.monday\.0: expected an opening such as "08:00-17:30"/),
      ]);
    },
  );

  it('refuse an opening without length, which might mean all day or never', () => {
    expect(problems({ ...written, weekly: { monday: ['08:00-08:00'] } })).toEqual([
      'weekly.monday.0: opens and closes at the same time: a whole day is "00:00-24:00"',
    ]);
  });

  it.each(['Madrid', '+02:00', '', 'Europe/Nowhere'])('refuse "%s" for a zone', (zone) => {
    expect(problems({ ...written, zone })).toEqual([expect.stringMatching(/^zone: expected an IANA time zone/)]);
  });

  it.each(['2026-02-29', '02-30', '2026-13-01'])('refuse %s, a day in no calendar', (date) => {
    expect(problems({ ...written, holidays: [{ date }] })).toEqual(['holidays.0.date: no such day in the calendar']);
  });

  it('take the 29th of February, of a leap year or of every year', () => {
    expect(problems({ ...written, holidays: [{ date: '2028-02-29' }, { date: '02-29' }] })).toEqual([]);
  });

  it('refuse a date that is there twice', () => {
    const holidays = [{ date: '12-25' }, { date: '2026-12-25' }, { date: '12-25', open: ['08:00-09:00'] }];
    expect(problems({ ...written, holidays })).toEqual(['holidays.2.date: 12-25 is in the list already']);
  });
});
