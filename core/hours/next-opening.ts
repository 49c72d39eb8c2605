import type { Hours } from './hours.ts';
import { openingsOn, utcMs, wallClock } from './is-open.ts';

const DAY_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;
/** Longer than any closure anybody would wait out. */
const DAYS_AHEAD = 60;
/** No clock is put forward further. */
const GAP_MAX_MINUTES = 180;

/**
 * When the next opening begins, at `atMs` or after, in milliseconds since the epoch; undefined when none does for two months. An opening that begins
 * in an hour which the clock skips begins when the clock goes on.
 */
export function nextOpening(hours: Hours, atMs: number): number | undefined {
  const today = utcMs(wallClock(hours.zone, atMs).date);
  for (let day = 0; day <= DAYS_AHEAD; day += 1) {
    const date = new Date(today + day * DAY_MS).toISOString().slice(0, '2026-12-25'.length);
    const starts = openingsOn(hours, date)
      .flatMap(({ fromMinute, toMinute }) => instantsOf(hours.zone, date, fromMinute, toMinute))
      .filter((startMs) => startMs >= atMs);
    if (starts.length > 0) return Math.min(...starts);
  }
  return undefined;
}

/** Every instant at which the clock of the zone shows this minute of this date: two when it is put back. */
function instantsOf(zone: string, date: string, minute: number, toMinute: number): readonly number[] {
  const shownMs = utcMs(date) + minute * MINUTE_MS;
  const offsets = new Set([offsetMs(zone, shownMs - DAY_MS), offsetMs(zone, shownMs + DAY_MS)]);
  const candidates = [...offsets].map((offset) => shownMs - offset);
  const shown = candidates.filter((candidate) => shownAt(zone, candidate) === shownMs);
  if (shown.length > 0) return shown;
  // Skipped: the first minute after the gap, unless the opening is over by then.
  for (let step = 0; step <= GAP_MAX_MINUTES; step += 1) {
    const atMs = Math.min(...candidates) + step * MINUTE_MS;
    const thereMs = shownAt(zone, atMs);
    if (thereMs >= shownMs) return thereMs < utcMs(date) + toMinute * MINUTE_MS ? [atMs] : [];
  }
  return [];
}

function offsetMs(zone: string, atMs: number): number {
  return shownAt(zone, atMs) - atMs;
}

/** What the clock shows, as if it were UTC. */
function shownAt(zone: string, atMs: number): number {
  const { date, minute } = wallClock(zone, atMs);
  return utcMs(date) + minute * MINUTE_MS;
}
