import type { Random } from './random.ts';
import { unreachable } from '#core/unreachable';

/** How calls come in. Calls up are those that a system which takes everybody would have. */
export type Arrivals =
  /** A business day after the other, from midnight. */
  | { readonly kind: 'days'; readonly days: number }
  /** Half an hour up to the peak, then so long at it. */
  | { readonly kind: 'peak'; readonly minutes: number }
  /** A tenth of the peak, and after half an hour everybody calls within a minute. */
  | { readonly kind: 'storm'; readonly minutes: number };

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** When the peak is reached, and when what is to go wrong does. */
export const RAMP_MS = 30 * MINUTE_MS;

/** Of the peak, at each full hour, straight lines between: two humps, as telephone lines of businesses have. Assumed: put in your own line's. */
const DAY = [
  0.02, 0.01, 0.01, 0.01, 0.01, 0.02, 0.05, 0.2, 0.55, 0.9, 1, 0.95, 0.75, 0.7, 0.85, 0.9, 0.8, 0.55, 0.3, 0.18, 0.12,
  0.08, 0.05, 0.03,
];

export function lengthMs(arrivals: Arrivals): number {
  switch (arrivals.kind) {
    case 'days':
      return arrivals.days * 24 * HOUR_MS;
    case 'peak':
    case 'storm':
      return RAMP_MS + arrivals.minutes * MINUTE_MS;
    default:
      return unreachable(arrivals);
  }
}

/** Calls that come in a second, at this time. `peakCalls` at once is what they come to when each lasts `meanCallMs` on average. */
function arrivalsPerS(arrivals: Arrivals, atMs: number, peakCalls: number, meanCallMs: number): number {
  const steady = (peakCalls / meanCallMs) * 1000;
  switch (arrivals.kind) {
    case 'days': {
      const hours = (atMs / HOUR_MS) % 24;
      const before = DAY[Math.floor(hours)] ?? 0;
      const after = DAY[Math.floor(hours + 1) % 24] ?? 0;
      return steady * (before + (after - before) * (hours % 1));
    }
    case 'peak':
      return steady * Math.min(1, Math.max(0.02, atMs / RAMP_MS));
    case 'storm': {
      const isStorm = atMs >= RAMP_MS && atMs < RAMP_MS + MINUTE_MS;
      return steady * 0.1 + (isStorm ? peakCalls / 60 : 0);
    }
    default:
      return unreachable(arrivals);
  }
}

/** When the next call comes in; after their end, none. Within a minute the rate is that of its beginning. */
export function nextArrivalMs(
  arrivals: Arrivals,
  fromMs: number,
  of: { readonly peakCalls: number; readonly meanCallMs: number },
  random: Random,
): number | undefined {
  const endMs = lengthMs(arrivals);
  let atMs = fromMs;
  while (atMs < endMs) {
    const minuteMs = Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
    const nextMs = atMs + random.gapMs(arrivalsPerS(arrivals, minuteMs, of.peakCalls, of.meanCallMs));
    if (nextMs < minuteMs + MINUTE_MS) return nextMs < endMs ? nextMs : undefined;
    atMs = minuteMs + MINUTE_MS;
  }
  return undefined;
}
