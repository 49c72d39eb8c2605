import type { LogLine } from '../../scenario/surroundings.ts';
import { readStoryEvent, type StoryEvent } from './event.ts';

/** One event of one call's story. */
export interface StoryLine extends StoryEvent {
  /** 1 for the first call of this teller, then counting. */
  readonly call: number;
  /** From the first thing that was logged of the call. */
  readonly sinceStartMs: number;
}

interface Story {
  readonly call: number;
  readonly startMs: number;
}

/** SIP that never becomes a call (OPTIONS, refused strangers) waits here for nothing. */
const WAITING_DIALOGS_MAX = 200;
const WAITING_EVENTS_MAX = 50;
/** Ids of ended calls are kept for their late lines; the oldest go first. */
const KNOWN_IDS_MAX = 3_000;

/**
 * Joins the log lines of all processes into stories. A call has three names: the SIP Call-ID at the edge, the correlation id everywhere,
 * the call id in the backend; a line that has two of them ties them together. SIP comes before the edge ties its Call-ID to a call, so it
 * is kept until then.
 */
export class Storyteller {
  readonly #stories = new Map<string, Story>();
  readonly #waiting = new Map<string, StoryEvent[]>();
  #calls = 0;

  /** What can be told now: often one line, several when a call becomes known, none for a line of no call. */
  add(line: LogLine): readonly StoryLine[] {
    const tied = this.#tie(line);
    const event = readStoryEvent(line);
    if (!event) return tied;
    const story = this.#storyOf(Object.values(event.ids));
    if (story) return [...tied, told(event, story)];
    this.#wait(event);
    return tied;
  }

  /** Lines know a call by what they name of it; SIP's own name alone makes no call. */
  #tie(line: LogLine): readonly StoryLine[] {
    const [correlationId, callId, sipCallId] = ['correlationId', 'callId', 'sipCallId'].map((name) => {
      const value = line[name];
      return typeof value === 'string' && value !== '' ? `${name} ${value}` : undefined;
    });
    const strong = [correlationId, callId].filter((id) => id !== undefined);
    if (strong.length === 0) return [];
    const ids = sipCallId === undefined ? strong : [...strong, sipCallId];
    const known = ids.map((id) => this.#stories.get(id)).find((story) => story !== undefined);
    const waited = sipCallId === undefined ? [] : (this.#waiting.get(sipCallId) ?? []);
    const time = line['time'];
    const startMs = waited[0]?.atMs ?? (typeof time === 'number' ? time : 0);
    const story = known ?? { call: (this.#calls += 1), startMs };
    for (const id of ids) this.#stories.set(id, story);
    forgetOldest(this.#stories, KNOWN_IDS_MAX);
    if (sipCallId !== undefined) this.#waiting.delete(sipCallId);
    return waited.map((event) => told(event, story));
  }

  #storyOf([callId, correlationId, sipCallId]: readonly (string | undefined)[]): Story | undefined {
    return (
      this.#stories.get(`callId ${callId ?? ''}`) ??
      this.#stories.get(`correlationId ${correlationId ?? ''}`) ??
      this.#stories.get(`sipCallId ${sipCallId ?? ''}`)
    );
  }

  #wait(event: StoryEvent): void {
    const key = `sipCallId ${event.ids.sipCallId ?? ''}`;
    const waiting = this.#waiting.get(key) ?? [];
    this.#waiting.set(key, waiting);
    if (waiting.length < WAITING_EVENTS_MAX) waiting.push(event);
    forgetOldest(this.#waiting, WAITING_DIALOGS_MAX);
  }
}

/** The story of everything in `lines`, in the order of time. */
export function tellStory(lines: Iterable<LogLine>): readonly StoryLine[] {
  const teller = new Storyteller();
  const story = [...lines].flatMap((line) => teller.add(line));
  return story.sort((one, other) => one.atMs - other.atMs);
}

function told(event: StoryEvent, { call, startMs }: Story): StoryLine {
  return { ...event, call, sinceStartMs: event.atMs - startMs };
}

function forgetOldest(map: Map<string, unknown>, max: number): void {
  for (const key of map.keys()) {
    if (map.size <= max) return;
    map.delete(key);
  }
}
