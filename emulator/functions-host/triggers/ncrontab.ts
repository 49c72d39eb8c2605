/**
 * NCRONTAB: `{second} {minute} {hour} {day} {month} {day-of-week}`, in UTC as on the Consumption plans. With five fields the second is 0.
 * Unlike cron, a day must fit both day fields.
 */
export interface Schedule {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: ReadonlySet<number>;
  /** 1 to 12. */
  readonly months: ReadonlySet<number>;
  /** 0, Sunday, to 6. */
  readonly weekdays: ReadonlySet<number>;
}

export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const DAY_MS = 86_400_000;
/** After this many days the Gregorian calendar has shown every date on every weekday (400 years repeat; 40 hold all but the rarest). */
const SEARCH_MAX_DAYS = 40 * 366;

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

/** Throws `ScheduleError` that names the field. */
export function parseSchedule(expression: string): Schedule {
  const parts = expression.trim().split(/\s+/);
  const [second, minute, hour, day, month, weekday, ...more] = parts.length === 5 ? ['0', ...parts] : parts;
  if (weekday === undefined || more.length > 0)
    throw new ScheduleError(`schedule "${expression.slice(0, 80)}" has not six fields`);
  return {
    seconds: values(second, { name: 'second', min: 0, max: 59, names: [] }),
    minutes: values(minute, { name: 'minute', min: 0, max: 59, names: [] }),
    hours: values(hour, { name: 'hour', min: 0, max: 23, names: [] }),
    days: new Set(values(day, { name: 'day', min: 1, max: 31, names: [] })),
    months: new Set(values(month, { name: 'month', min: 1, max: 12, names: MONTHS })),
    weekdays: new Set(values(weekday, { name: 'day-of-week', min: 0, max: 6, names: WEEKDAYS })),
  };
}

/** The first moment after `afterMs` (epoch) that fits, or `undefined` for a date that never comes, such as 30 February. */
export function nextOccurrence(schedule: Schedule, afterMs: number): number | undefined {
  const firstMs = Math.floor(afterMs / 1_000) * 1_000 + 1_000;
  const startOfDayMs = Math.floor(firstMs / DAY_MS) * DAY_MS;
  for (let day = 0; day < SEARCH_MAX_DAYS; day += 1) {
    const dayMs = startOfDayMs + day * DAY_MS;
    if (!fitsDay(schedule, new Date(dayMs))) continue;
    const time = firstTimeFrom(schedule, day === 0 ? (firstMs - dayMs) / 1_000 : 0);
    if (time !== undefined) return dayMs + time * 1_000;
  }
  return undefined;
}

function fitsDay({ days, months, weekdays }: Schedule, date: Date): boolean {
  return months.has(date.getUTCMonth() + 1) && days.has(date.getUTCDate()) && weekdays.has(date.getUTCDay());
}

/** Seconds since midnight, at `from` or later. */
function firstTimeFrom({ hours, minutes, seconds }: Schedule, from: number): number | undefined {
  const [fromHour, fromMinute] = [Math.floor(from / 3_600), Math.floor(from / 60) % 60];
  for (const hour of hours) {
    if (hour < fromHour) continue;
    for (const minute of minutes) {
      if (hour === fromHour && minute < fromMinute) continue;
      for (const second of seconds) {
        const time = (hour * 60 + minute) * 60 + second;
        if (time >= from) return time;
      }
    }
  }
  return undefined;
}

function values(text = '', field: Field): readonly number[] {
  const found = new Set<number>();
  for (const part of text.split(',')) for (const value of rangeValues(part, field)) found.add(value);
  return [...found].sort((one, other) => one - other);
}

function rangeValues(part: string, field: Field): number[] {
  const match = /^(?:\*|(?<first>\w+)(?:-(?<last>\w+))?)(?:\/(?<step>\d{1,4}))?$/.exec(part);
  if (!match) throw wrong(part, field);
  const step = Number(match.groups?.['step'] ?? 1);
  const first = match.groups?.['first'];
  const last = match.groups?.['last'];
  const from = first === undefined ? field.min : number(first, field);
  // `5/15` counts on to the end of the field; `5` alone is itself.
  const open = first === undefined || (last === undefined && match.groups?.['step'] !== undefined);
  const to = open ? field.max : number(last ?? first, field);
  if (step < 1 || to < from) throw wrong(part, field);
  const values: number[] = [];
  for (let value = from; value <= to; value += step) values.push(value);
  return values;
}

function number(text: string, field: Field): number {
  const named = field.names.indexOf(text.toLowerCase().slice(0, 3));
  const value = named >= 0 && text.length >= 3 ? named + field.min : Number(text);
  if (!Number.isInteger(value) || value < field.min || value > field.max) throw wrong(text, field);
  return value;
}

function wrong(text: string, { name, min, max }: Field): ScheduleError {
  return new ScheduleError(`the ${name} field "${text.slice(0, 40)}" of the schedule is not ${min} to ${max}`);
}
