import type { ReportedKey } from '../call/state.ts';
import { KEY_HOLD_MS, KEY_WINDOW_MS, keyTimeline } from './key-timeline.ts';

/** Where a caller's keys come from: the media stream, the events of continuous recognition, or both, merged. */
export const KEY_SOURCES = ['media', 'events', 'both'] as const;
export type KeySource = (typeof KEY_SOURCES)[number];

/**
 * Keys in, from both sources; keys to act upon out. Times are wall-clock milliseconds. A source "is in time" when it tells of a press less than KEY_HOLD_MS
 * after it; the media stream keeps the order of its keys but does not number them, events are numbered but may come in any order.
 *
 * Every press comes out exactly once, in the order of the presses, at most KEY_HOLD_MS after it was first told,
 * - while both are in time, and within twice KEY_WINDOW_MS only one of them loses presses, whichever that is;
 * - while one of them is in time and whole, whatever the other loses, and when that is less than KEY_WINDOW_MS late.
 *
 * When the stream is in time but loses presses, and the events are later than that (in their order), nothing comes out twice or in another order; a
 * press that the stream lost comes out unless a later one has: then it is dropped and counted, since a number that lacks a digit is noticed, and one with
 * its digits in another order is taken for true. When both lose presses, or both are late, equal keys cannot be told apart any more.
 */
export interface KeySources {
  fromMedia(key: string, atMs: number): readonly string[];
  /** What the call row has, as often as it is read: keys that were there before are known. */
  fromEvents(keys: readonly ReportedKey[], atMs: number): readonly string[];
  /** The keys whose wait is over. To be asked a few times while a KEY_HOLD_MS goes by. */
  waited(atMs: number): readonly string[];
  /** Keys pressed before this are acted upon no more: somebody else was listening. */
  forgetBefore(atMs: number): void;
  /** Keys that were told too late to be acted upon. */
  readonly dropped: number;
}

/** `known`: keys in the call row when the media session began. Whoever had the call then has acted upon them. */
export function createKeySources(source: KeySource, known: readonly ReportedKey[]): KeySources {
  const events = eventOrder(known);
  const timeline = keyTimeline(events.lastSequenceId);
  let notBeforeMs = -Infinity;
  let dropped = 0;

  const pass = (atMs: number): readonly string[] => {
    const take = (): SeenKey | undefined => events.take(atMs, (sequenceId) => timeline.isWholeBefore(sequenceId));
    for (let next = take(); next !== undefined; next = take()) {
      if (next.atMs < notBeforeMs || next.seenAtMs - next.atMs > KEY_WINDOW_MS) dropped += 1;
      else timeline.event(next.sequenceId, next.key, atMs);
    }
    return timeline.release(atMs);
  };

  return {
    fromMedia(key, atMs) {
      if (source === 'media') return [key];
      if (source === 'events') return [];
      timeline.media(key, atMs);
      return timeline.release(atMs);
    },
    fromEvents(keys, atMs) {
      if (source === 'media') return [];
      events.see(keys, atMs);
      return pass(atMs);
    },
    waited: pass,
    forgetBefore(atMs) {
      notBeforeMs = atMs;
      timeline.dropHeld();
    },
    get dropped() {
      return dropped + events.late + timeline.dropped;
    },
  };
}

interface SeenKey extends ReportedKey {
  readonly seenAtMs: number;
}

/** Numbered keys, each once and in their order: a missing number is waited for, for a while. */
function eventOrder(known: readonly ReportedKey[]) {
  let seen = new Set(known.map(({ sequenceId }) => sequenceId));
  let waiting: readonly SeenKey[] = [];
  let lastSequenceId = Math.max(0, ...seen);
  // Every number that has been seen began with 1; nothing says that none begins with 0.
  let isFirst = seen.size === 0;
  let late = 0;
  return {
    get late() {
      return late;
    },
    lastSequenceId,
    see(keys: readonly ReportedKey[], seenAtMs: number): void {
      const fresh = keys.filter(({ sequenceId }) => !seen.has(sequenceId));
      // What the row has dropped does not come back.
      seen = new Set(keys.map(({ sequenceId }) => sequenceId));
      waiting = [...waiting, ...fresh.map((key) => ({ ...key, seenAtMs }))].sort(
        (one, other) => one.sequenceId - other.sequenceId,
      );
    },
    /** The next one, unless it has to wait for a number before it. One that has waited long enough takes with it those that wait before it. */
    take(atMs: number, isWholeBefore: (sequenceId: number) => boolean): SeenKey | undefined {
      for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
        const isOver = waiting.some(({ seenAtMs }) => atMs - seenAtMs >= KEY_HOLD_MS);
        if (next.sequenceId > lastSequenceId + 1 && !isOver && !isWholeBefore(next.sequenceId)) return undefined;
        const isLate = next.sequenceId <= lastSequenceId && !isFirst;
        waiting = waiting.slice(1);
        isFirst = false;
        lastSequenceId = Math.max(lastSequenceId, next.sequenceId);
        if (!isLate) return next;
        late += 1;
      }
      return undefined;
    },
  };
}
