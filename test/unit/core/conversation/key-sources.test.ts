import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReportedKey } from '#core/call/state';
import { createKeySources, type KeySource } from '#core/conversation/key-sources';
import { KEY_HOLD_MS, KEY_WINDOW_MS } from '#core/conversation/key-timeline';

/** Each rule held for 20,000 stories. */
const RUNS = 300;

/** How often the sources are asked what has waited long enough. */
const TICK_MS = 50;

interface Press {
  readonly key: string;
  readonly pauseMs: number;
  readonly mediaDelayMs: number;
  readonly eventDelayMs: number;
  readonly isLost: boolean;
}

/** Few keys, so that the same one often comes twice; many short pauses. */
const presses = (mediaDelay: fc.Arbitrary<number>, eventDelay: fc.Arbitrary<number>): fc.Arbitrary<readonly Press[]> =>
  fc.array(
    fc.record({
      key: fc.constantFrom('1', '2', '#'),
      pauseMs: fc.oneof(fc.nat(150), fc.nat(1_500)),
      mediaDelayMs: mediaDelay,
      eventDelayMs: eventDelay,
      isLost: fc.boolean(),
    }),
    { minLength: 1, maxLength: 14 },
  );
const inTime = fc.nat(KEY_HOLD_MS - 1);
const late = fc.oneof(fc.nat(KEY_WINDOW_MS - 1), inTime);

interface Told {
  readonly key: string;
  readonly pressedAtMs: number;
  readonly byMediaAtMs: number | undefined;
  readonly byEventAtMs: number | undefined;
}

/** When which source tells of which press. The media stream keeps the order; a source that loses tells nothing of the presses marked so. */
function told(all: readonly Press[], losing: 'media' | 'events' | 'none', startMs = 0): readonly Told[] {
  let [pressedAtMs, mediaAtMs] = [startMs, startMs];
  return all.map(({ key, pauseMs, mediaDelayMs, eventDelayMs, isLost }) => {
    pressedAtMs += pauseMs;
    mediaAtMs = Math.max(mediaAtMs, pressedAtMs + mediaDelayMs);
    return {
      key,
      pressedAtMs,
      byMediaAtMs: losing === 'media' && isLost ? undefined : mediaAtMs,
      byEventAtMs: losing === 'events' && isLost ? undefined : pressedAtMs + eventDelayMs,
    };
  });
}

/** What comes out, and when, as the bridge would see it: the stream's keys one by one, the events as the whole row. */
function play(story: readonly Told[], source: KeySource = 'both'): readonly { key: string; atMs: number }[] {
  const sources = createKeySources(source, []);
  const out: { key: string; atMs: number }[] = [];
  const row: ReportedKey[] = [];
  const endMs = Math.max(...story.flatMap(({ byMediaAtMs = 0, byEventAtMs = 0 }) => [byMediaAtMs, byEventAtMs]));
  const steps: { atMs: number; run: (atMs: number) => readonly string[] }[] = [];
  for (const [index, { key, pressedAtMs, byMediaAtMs, byEventAtMs }] of story.entries()) {
    if (byMediaAtMs !== undefined) steps.push({ atMs: byMediaAtMs, run: (atMs) => sources.fromMedia(key, atMs) });
    if (byEventAtMs === undefined) continue;
    const report = { sequenceId: index + 1, key, atMs: pressedAtMs };
    const run = (atMs: number): readonly string[] => {
      row.push(report);
      return sources.fromEvents(
        row.toSorted((one, other) => one.sequenceId - other.sequenceId),
        atMs,
      );
    };
    steps.push({ atMs: byEventAtMs, run });
  }
  for (let atMs = 0; atMs <= endMs + KEY_HOLD_MS + TICK_MS; atMs += TICK_MS) {
    steps.push({ atMs, run: (now) => sources.waited(now) });
  }
  for (const { atMs, run } of steps.sort((one, other) => one.atMs - other.atMs)) {
    for (const key of run(atMs)) out.push({ key, atMs });
  }
  return out;
}

function expectEachOnce(story: readonly Told[]): void {
  const out = play(story);
  expect(out.map(({ key }) => key).join('')).toBe(story.map(({ key }) => key).join(''));
  for (const [index, { byMediaAtMs = Infinity, byEventAtMs = Infinity }] of story.entries()) {
    expect(out[index]?.atMs).toBeLessThanOrEqual(Math.min(byMediaAtMs, byEventAtMs) + KEY_HOLD_MS + TICK_MS);
  }
}

function isSubsequence(part: string, whole: string): boolean {
  let from = 0;
  return Array.from(part).every((key) => (from = whole.indexOf(key, from) + 1) > 0);
}

describe('keys told by the media stream and by events', () => {
  it.each(['media', 'events', 'none'] as const)(
    'come out once each, in their order and in time, while both tell them in time (losing presses: %s)',
    (losing) => {
      fc.assert(
        fc.property(presses(inTime, inTime), (all) => expectEachOnce(told(all, losing))),
        { numRuns: RUNS },
      );
    },
  );

  it('come out once each, in their order and in time, when one source loses some, and after a while the other', () => {
    fc.assert(
      fc.property(presses(inTime, inTime), presses(inTime, inTime), fc.boolean(), (first, second, streamIsFirst) => {
        const before = told(first, streamIsFirst ? 'media' : 'events');
        const laterMs = (before.at(-1)?.pressedAtMs ?? 0) + 2 * KEY_WINDOW_MS + 2 * KEY_HOLD_MS;
        expectEachOnce([...before, ...told(second, streamIsFirst ? 'events' : 'media', laterMs)]);
      }),
      { numRuns: RUNS },
    );
  });

  it('come out once each, in their order and in time, while the stream is whole and the events lose some and are late', () => {
    fc.assert(
      fc.property(presses(inTime, late), (all) => expectEachOnce(told(all, 'events'))),
      { numRuns: RUNS },
    );
  });

  it('come out once each, in their order and in time, while the events are whole and the stream loses some and is late', () => {
    fc.assert(
      fc.property(presses(late, inTime), (all) => expectEachOnce(told(all, 'media'))),
      { numRuns: RUNS },
    );
  });

  it('never come out twice or in another order, when the stream loses some and the events are late in their order', () => {
    fc.assert(
      fc.property(presses(inTime, late), (all) => {
        let eventAtMs = 0;
        const story = told(all, 'media').map((press) => ({
          ...press,
          byEventAtMs: (eventAtMs = Math.max(eventAtMs, press.byEventAtMs ?? 0)),
        }));
        const [out, whole] = [play(story), story.map(({ key }) => key).join('')];
        expect(isSubsequence(out.map(({ key }) => key).join(''), whole)).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });
});

/** A row with these keys, pressed 100 ms one after the other from `atMs` on. */
const rowWith = (keys: string, atMs = 0): readonly ReportedKey[] =>
  Array.from(keys, (key, index) => ({ sequenceId: index + 1, key, atMs: atMs + index * 100 }));

describe('a key', () => {
  it('pressed twice quickly is two keys, told by both', () => {
    const sources = createKeySources('both', []);
    expect([...sources.fromMedia('5', 100), ...sources.fromMedia('5', 200)]).toEqual([]);
    expect(sources.fromEvents(rowWith('55'), 300)).toEqual(['5', '5']);
    expect(sources.fromEvents(rowWith('55'), 500)).toEqual([]);
  });

  it('that only the stream tells of is waited with once, not for every key of a call whose events do not come', () => {
    const sources = createKeySources('both', []);
    expect(sources.fromMedia('1', 0)).toEqual([]);
    expect(sources.waited(KEY_HOLD_MS - 1)).toEqual([]);
    expect(sources.waited(KEY_HOLD_MS)).toEqual(['1']);
    expect(sources.fromMedia('2', 2_000)).toEqual(['2']);
    expect(sources.fromEvents(rowWith('12'), 2_100)).toEqual([]);
  });

  it('that only events tell of goes out at once when none is missing before it', () => {
    const sources = createKeySources('both', []);
    expect(sources.fromEvents(rowWith('1'), 200)).toEqual(['1']);
    expect(sources.fromMedia('1', 3_000)).toEqual([]);
    expect(sources.waited(9_000)).toEqual([]);
  });

  it('is taken from one source where only that is to be heard', () => {
    const [media, events] = [createKeySources('media', []), createKeySources('events', [])];
    expect(media.fromMedia('1', 0)).toEqual(['1']);
    expect(media.fromEvents(rowWith('1'), 0)).toEqual([]);
    expect(events.fromMedia('1', 0)).toEqual([]);
    expect(events.fromEvents(rowWith('1'), 0)).toEqual(['1']);
  });

  it('that was there before the media session began is not acted upon again', () => {
    const sources = createKeySources('events', rowWith('12'));
    expect(sources.fromEvents(rowWith('12'), 300)).toEqual([]);
    expect(sources.fromEvents(rowWith('123'), 400)).toEqual(['3']);
  });

  it('that is told seconds too late is dropped and counted, once', () => {
    const sources = createKeySources('both', []);
    expect(sources.fromEvents(rowWith('1'), KEY_WINDOW_MS + 1)).toEqual([]);
    expect(sources.fromEvents(rowWith('1'), KEY_WINDOW_MS + 250)).toEqual([]);
    expect(sources.dropped).toBe(1);
  });

  it('pressed while the caller was on the way to a person is not acted upon when they come back', () => {
    const sources = createKeySources('both', []);
    sources.fromMedia('1', 900);
    sources.forgetBefore(1_000);
    expect(sources.fromEvents(rowWith('12', 900), 1_200)).toEqual(['2']);
    expect(sources.waited(5_000)).toEqual([]);
    expect(sources.dropped).toBe(2);
  });

  it('may be numbered from zero', () => {
    const sources = createKeySources('events', []);
    expect(sources.fromEvents([{ sequenceId: 0, key: '7', atMs: 0 }], 100)).toEqual(['7']);
    expect(
      sources.fromEvents(
        [
          { sequenceId: 0, key: '7', atMs: 0 },
          { sequenceId: 1, key: '8', atMs: 100 },
        ],
        200,
      ),
    ).toEqual(['8']);
  });
});
