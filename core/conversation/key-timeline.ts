/**
 * How long a key waits for another that was pressed before it and has been told by nobody yet: a callback, its way into the call row, and the 250 ms
 * until the bridge looks there.
 */
export const KEY_HOLD_MS = 700;

/** A key that is told later than this after it was pressed is acted upon no more. */
export const KEY_WINDOW_MS = 5_000;

/** A press is remembered for as long as the slower source may tell of it, and then some for what that source holds back itself. */
const KEPT_MS = 2 * KEY_WINDOW_MS;

/** One press as far as it is known. What is out is never taken back, and nothing goes out before it any more. */
interface Press {
  readonly key: string;
  /** When it was told first. */
  readonly seenAtMs: number;
  /** Once an event has told of it. */
  sequenceId: number | undefined;
  /** Whether the media stream has told of it. */
  byMedia: boolean;
  isOut: boolean;
}

export interface KeyTimeline {
  /** The media stream's keys, in their order. */
  media(key: string, atMs: number): void;
  /** Numbered keys, in the order of their numbers. A number left out is a key that the events have lost. */
  event(sequenceId: number, key: string, atMs: number): void;
  /** Whether what the stream alone has told of, long ago enough, makes up for the numbers that are missing before this one. */
  isWholeBefore(sequenceId: number): boolean;
  /** The keys that may go out now. */
  release(atMs: number): readonly string[];
  /** What still waits goes out no more. */
  dropHeld(): void;
  /** How many keys were told after a later one was out, or dropped while they waited. */
  readonly dropped: number;
}

/**
 * The presses that either source has told of, in the order in which they were pressed. Events are numbered: what stands in the list up to the last numbered
 * press is settled. What comes after it only the media stream has told of; it waits until an event settles it, or for KEY_HOLD_MS.
 */
export function keyTimeline(lastSequenceId: number): KeyTimeline {
  const presses: Press[] = [];
  /** What has left the front of the list: its last number, and how many presses without one came after that. */
  let before = { sequenceId: lastSequenceId, unnumbered: 0 };
  let dropped = 0;
  /** When the events were last found to be later than a key can wait: for a while, none waits for them. */
  let behindAtMs = -Infinity;

  const isNumbered = ({ sequenceId }: Press): boolean => sequenceId !== undefined;

  /** How many presses between the last number before `index` and this one nobody has told of. */
  const missingBefore = (index: number, sequenceId: number): number => {
    const last = presses.findLastIndex((press, at) => at < index && isNumbered(press));
    const lastNumber = presses[last]?.sequenceId ?? before.sequenceId;
    const unnumbered = index - last - 1 + (last < 0 ? before.unnumbered : 0);
    return Math.max(0, sequenceId - lastNumber - 1 - unnumbered);
  };

  const afterLastOut = (): number => presses.findLastIndex(({ isOut }) => isOut) + 1;

  const insert = (index: number, press: Press): void => {
    // A later one is out: this one would be in the wrong place. It is kept, so that the other source's report of it is known.
    const isLate = presses.slice(index).some(({ isOut }) => isOut);
    if (isLate) dropped += 1;
    presses.splice(index, 0, { ...press, isOut: isLate });
  };

  const forget = (atMs: number): void => {
    for (let first = presses[0]; first?.isOut === true && atMs - first.seenAtMs > KEPT_MS; first = presses[0]) {
      presses.shift();
      before =
        first.sequenceId === undefined
          ? { ...before, unnumbered: before.unnumbered + 1 }
          : { sequenceId: first.sequenceId, unnumbered: 0 };
    }
  };

  return {
    get dropped() {
      return dropped;
    },
    media(key, atMs) {
      forget(atMs);
      // Everything after the stream's last key is from events.
      const next = presses.findLastIndex(({ byMedia }) => byMedia) + 1;
      const known = presses.find((press, index) => index >= next && press.key === key);
      if (known !== undefined) {
        known.byMedia = true;
        return;
      }
      // It fills a gap between the numbers, else it is the latest.
      const gap = presses.findIndex(
        ({ sequenceId }, index) => index >= next && sequenceId !== undefined && missingBefore(index, sequenceId) > 0,
      );
      const press = { key, seenAtMs: atMs, sequenceId: undefined, byMedia: true, isOut: false };
      insert(gap < 0 ? presses.length : gap, press);
    },
    event(sequenceId, key, atMs) {
      forget(atMs);
      const next = presses.findLastIndex(isNumbered) + 1;
      // The presses after `next` are the stream's. As many of them as there are numbers missing were lost by the events: those that are out, and of the
      // others fewer, when the stream lost some too.
      const missing = missingBefore(next, sequenceId);
      const place = Math.min(next + missing, presses.length);
      const least = Math.min(Math.max(next, afterLastOut()), place);
      const told = presses.findLast((press, index) => index >= least && index <= place && press.key === key);
      if (told !== undefined) {
        told.sequenceId = sequenceId;
        if (atMs - told.seenAtMs > KEY_HOLD_MS) behindAtMs = atMs;
        else behindAtMs = -Infinity;
        return;
      }
      behindAtMs = -Infinity;
      insert(place, { key, seenAtMs: atMs, sequenceId, byMedia: false, isOut: false });
    },
    isWholeBefore(sequenceId) {
      const next = presses.findLastIndex(isNumbered) + 1;
      return missingBefore(Math.max(next, afterLastOut()), sequenceId) === 0;
    },
    release(atMs) {
      const settled = presses.findLastIndex(isNumbered);
      const keys: string[] = [];
      for (const [index, press] of presses.entries()) {
        if (press.isOut) continue;
        if (index > settled && atMs - behindAtMs > KEY_WINDOW_MS) {
          if (atMs - press.seenAtMs < KEY_HOLD_MS) break;
          behindAtMs = atMs;
        }
        press.isOut = true;
        keys.push(press.key);
      }
      return keys;
    },
    dropHeld() {
      for (const press of presses) {
        if (press.isOut) continue;
        press.isOut = true;
        dropped += 1;
      }
    },
  };
}
