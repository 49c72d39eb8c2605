import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextOccurrence, parseSchedule } from '../../../../emulator/functions-host/triggers/ncrontab.ts';

const at = (text: string): number => Date.parse(text);
const next = (expression: string, after: string): string | undefined => {
  const found = nextOccurrence(parseSchedule(expression), at(after));
  return found === undefined ? undefined : new Date(found).toISOString();
};

describe('a timer schedule', () => {
  it.each([
    ['*/5 * * * * *', '2026-03-01T10:00:00Z', '2026-03-01T10:00:05.000Z'],
    ['0 */5 * * * *', '2026-03-01T10:04:59.999Z', '2026-03-01T10:05:00.000Z'],
    ['0 0 3 * * *', '2026-03-01T03:00:00Z', '2026-03-02T03:00:00.000Z'],
    ['0 30 9 * * Mon-Fri', '2026-03-06T10:00:00Z', '2026-03-09T09:30:00.000Z'],
    ['0 0 0 1 Jan *', '2026-03-01T00:00:00Z', '2027-01-01T00:00:00.000Z'],
    ['0 0 0 29 2 *', '2026-03-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['0 5/20 8,17 * * *', '2026-03-01T08:30:00Z', '2026-03-01T08:45:00.000Z'],
    ['15 10 * * *', '2026-03-01T11:00:00Z', '2026-03-02T10:15:00.000Z'],
  ])('%s after %s comes due at %s', (expression, after, expected) => {
    expect(next(expression, after)).toBe(expected);
  });

  it('needs both day fields to fit, unlike cron', () => {
    expect(next('0 0 0 13 * Fri', '2026-04-01T00:00:00Z')).toBe('2026-11-13T00:00:00.000Z');
  });

  it('never comes due on a date that does not exist', () => {
    expect(next('0 0 0 30 2 *', '2026-03-01T00:00:00Z')).toBeUndefined();
  });

  it.each([
    '',
    '* * *',
    '60 * * * * *',
    '* * 24 * * *',
    '* * * 0 * *',
    '* * * * Foo *',
    '*/0 * * * * *',
    '5-1 * * * * *',
  ])('is refused when it is "%s"', (expression) => {
    expect(() => parseSchedule(expression)).toThrow(/schedule/);
  });

  it('comes due exactly where counting the seconds finds it', () => {
    const field = (min: number, max: number): fc.Arbitrary<string> =>
      fc.oneof(
        { weight: 3, arbitrary: fc.constant('*') },
        fc.integer({ min, max }).map(String),
        fc
          .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
          .map(([one, other]) => `${Math.min(one, other)}-${Math.max(one, other)}`),
        fc.integer({ min: 1, max: 30 }).map((step) => `*/${step}`),
        fc.array(fc.integer({ min, max }), { minLength: 1, maxLength: 3 }).map((list) => list.join(',')),
      );
    const fields = fc.tuple(field(0, 59), field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6));
    const start = fc.integer({ min: at('2024-02-27T00:00:00Z'), max: at('2024-03-02T00:00:00Z') });
    fc.assert(
      fc.property(fields, start, (parts, startMs) => {
        const found = nextOccurrence(parseSchedule(parts.join(' ')), startMs);
        expect(withinOneDay(found, startMs)).toBe(countSeconds(parts, startMs));
      }),
      { numRuns: 60 },
    );
  });
});

const WINDOW_S = 86_400;

function withinOneDay(found: number | undefined, startMs: number): number | undefined {
  return found !== undefined && found <= Math.floor(startMs / 1_000) * 1_000 + WINDOW_S * 1_000 ? found : undefined;
}

/** The obvious way: look at every second of the day that follows. */
function countSeconds(parts: readonly string[], startMs: number): number | undefined {
  for (let offset = 1; offset <= WINDOW_S; offset += 1) {
    const date = new Date(Math.floor(startMs / 1_000) * 1_000 + offset * 1_000);
    const values = [
      date.getUTCSeconds(),
      date.getUTCMinutes(),
      date.getUTCHours(),
      date.getUTCDate(),
      date.getUTCMonth() + 1,
      date.getUTCDay(),
    ];
    const least = [0, 0, 0, 1, 1, 0];
    if (parts.every((part, index) => fits(part, values[index] ?? -1, least[index] ?? 0))) return date.getTime();
  }
  return undefined;
}

function fits(part: string, value: number, least: number): boolean {
  if (part === '*') return true;
  if (part.startsWith('*/')) return (value - least) % Number(part.slice(2)) === 0;
  if (part.includes('-')) {
    const [from, to] = part.split('-').map(Number);
    return value >= (from ?? 0) && value <= (to ?? 0);
  }
  return part.split(',').some((item) => Number(item) === value);
}
