import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hours } from '#core/hours/hours';
import { isOpen } from '#core/hours/is-open';
import { nextOpening } from '#core/hours/next-opening';

const MINUTE_MS = 60_000;
const weekdays = { monday: ['08:00-18:00'], friday: ['08:00-12:00', '13:00-18:00'] };
const madrid = hours.parse({ zone: 'Europe/Madrid', weekly: weekdays, holidays: [{ date: '2026-12-25' }] });
const at = (iso: string): number => Date.parse(iso);

describe('the next opening', () => {
  it.each([
    ['on Sunday', '2026-11-22T12:00:00Z', '2026-11-23T07:00:00Z'],
    ['in the middle of the day’s break', '2026-11-27T11:30:00Z', '2026-11-27T12:00:00Z'],
    ['in the evening', '2026-11-27T20:00:00Z', '2026-11-30T07:00:00Z'],
    ['before a holiday', '2026-12-22T20:00:00Z', '2026-12-28T07:00:00Z'],
    ['at the very minute it begins', '2026-11-23T07:00:00Z', '2026-11-23T07:00:00Z'],
    ['in summer', '2026-07-05T12:00:00Z', '2026-07-06T06:00:00Z'],
  ])('%s', (_, now, then) => {
    expect(new Date(nextOpening(madrid, at(now)) ?? NaN).toISOString()).toBe(new Date(then).toISOString());
  });

  it('is when the clock goes on, if it would begin in an hour that the clock skips', () => {
    const early = hours.parse({ zone: 'Europe/Madrid', weekly: { sunday: ['02:30-06:00'] } });
    expect(nextOpening(early, at('2026-03-28T23:30:00Z'))).toBe(at('2026-03-29T01:00:00Z'));
  });

  it('is next week’s, if the clock skips all of it', () => {
    const short = hours.parse({ zone: 'Europe/Madrid', weekly: { sunday: ['02:10-02:40'] } });
    expect(nextOpening(short, at('2026-03-28T23:30:00Z'))).toBe(at('2026-04-05T00:10:00Z'));
  });

  it('is not known where nobody ever opens', () => {
    expect(nextOpening(hours.parse({ zone: 'UTC', weekly: {} }), at('2026-11-22T12:00:00Z'))).toBeUndefined();
  });

  it('is the first minute of an opening, and nothing opens before it, in any zone', () => {
    // Not in the hours that clocks skip or show twice: those are above.
    const time = fc.integer({ min: 3 * 4, max: 23 * 4 + 3 }).map((quarter) => {
      return `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`;
    });
    const opening = fc
      .tuple(time, time)
      .filter(([from, to]) => from !== to)
      .map((ends) => ends.join('-'));
    const openings = fc.array(opening, { maxLength: 2 });
    fc.assert(
      fc.property(
        fc.constantFrom('Europe/Madrid', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Pacific/Apia'),
        fc.record({ monday: openings, wednesday: openings, sunday: openings }),
        fc.integer({ min: at('2026-01-01T00:00:00Z') / MINUTE_MS, max: at('2028-01-01T00:00:00Z') / MINUTE_MS }),
        (zone, weekly, minute) => {
          const some = hours.parse({ zone, weekly });
          const nowMs = minute * MINUTE_MS;
          const next = nextOpening(some, nowMs);
          if (isOpen(some, nowMs)) return;
          if (next === undefined) {
            expect(Object.values(weekly).flat()).toEqual([]);
            return;
          }
          expect(isOpen(some, next)).toBe(true);
          const before = fc.sample(fc.integer({ min: nowMs, max: next - 1 }), { numRuns: 20, seed: minute });
          for (const earlier of [...before, next - 1]) expect(isOpen(some, earlier)).toBe(false);
        },
      ),
      { numRuns: 150 },
    );
  });
});
