import type { End, FaultRow } from '../rows/row.ts';
import type { World } from '../world/world.ts';
import { SECOND_ANSWER, SECOND_QUESTION } from '../world/words.ts';
import { say, USUAL_ANSWER } from './moments.ts';
import type { ObservedCall } from './observed-call.ts';
import { within } from './until.ts';

/** How a call that met a fault was found to end. */
export interface Ending {
  readonly atMs: number;
  readonly heard: string;
  /** What is wrong with it all the same. */
  readonly problems: readonly string[];
}

const GOODBYE = /goodbye/i;
/** A caller who has something to ask does not listen to everything. */
const QUIET_LIMIT_MS = 6_000;
const FOLLOW_UP_MS = 10_000;
/** The rest of a goodbye, and the hang-up after it. */
const HANG_UP_MS = 15_000;
/** So long a person listens until the caller says something. */
const PERSON_LISTENS_MS = 6_000;

/** Waits for the end that the row promises, or its other one. `undefined` when none came within `limitMs`. */
export async function awaitEnding(
  row: FaultRow,
  call: ObservedCall,
  world: World,
  sinceMs: number,
  limitMs: number,
): Promise<Ending | undefined> {
  const ends = row.orEnds === undefined ? [row.ends] : [row.ends, row.orEnds];
  const endings = ends.map((end) => endingOf(end, row, call, world, sinceMs, limitMs));
  const came = endings.map(async (ending) => (await ending) ?? Promise.reject(new Error('it did not come')));
  return Promise.any(came).catch(() => undefined);
}

function endingOf(
  end: End,
  row: FaultRow,
  call: ObservedCall,
  world: World,
  sinceMs: number,
  limitMs: number,
): Promise<Ending | undefined> {
  switch (end) {
    case 'conversation':
      return conversation(row, call, world, sinceMs, limitMs);
    case 'person':
      return person(call, world, sinceMs, limitMs);
    case 'goodbye':
      return goodbye(row, call, world, sinceMs, limitMs);
    case 'caller-left':
      return callerLeft(call, world, limitMs);
    default:
      return end satisfies never;
  }
}

/** The agent is heard, and answers another question. */
async function conversation(
  row: FaultRow,
  call: ObservedCall,
  world: World,
  sinceMs: number,
  limitMs: number,
): Promise<Ending | undefined> {
  const words = row.agentSays === undefined ? USUAL_ANSWER : new RegExp(row.agentSays, 'i');
  const heard = await within(world.wake, limitMs, () => call.heard(words, sinceMs));
  if (heard === undefined) return undefined;
  await within(world.wake, QUIET_LIMIT_MS, () => (call.isQuiet ? true : undefined));
  const askedAtMs = Date.now();
  say(SECOND_QUESTION, call, world);
  const answer = await within(world.wake, FOLLOW_UP_MS, () => call.heard(new RegExp(SECOND_ANSWER), askedAtMs));
  const problems = answer === undefined ? ['the next question of the caller was not answered'] : [];
  return { atMs: heard.atMs, heard: heard.text, problems };
}

/** Somebody in a queue answers, and hears the caller. */
async function person(call: ObservedCall, world: World, sinceMs: number, limitMs: number): Promise<Ending | undefined> {
  const answered = (): number | undefined =>
    call.visits.flatMap(({ answeredAtMs }) =>
      answeredAtMs !== undefined && answeredAtMs >= sinceMs ? answeredAtMs : [],
    )[0];
  const atMs = await within(world.wake, limitMs, answered);
  if (atMs === undefined) return undefined;
  void call.placed.handset.say(world.voices.speech(SECOND_QUESTION, undefined));
  const heard = await within(world.wake, PERSON_LISTENS_MS, () =>
    call.visits.some(({ heardCaller }) => heardCaller) ? true : undefined,
  );
  const said = call.saidSince(sinceMs).map(({ text }) => text);
  return { atMs, heard: said.join(' '), problems: heard === true ? [] : ['the person did not hear the caller'] };
}

/** The agent, or the front in its place, says goodbye, and hangs up. */
async function goodbye(
  row: FaultRow,
  call: ObservedCall,
  world: World,
  sinceMs: number,
  limitMs: number,
): Promise<Ending | undefined> {
  const words = row.agentSays === undefined ? GOODBYE : new RegExp(row.agentSays, 'i');
  const heard = await within(world.wake, limitMs, () => call.heard(words, sinceMs) ?? call.heardFront(sinceMs));
  if (heard === undefined) return undefined;
  const outcome = await within(world.wake, HANG_UP_MS, () => call.placed.outcome);
  const problems =
    outcome === 'agent-hung-up' ? [] : [`after the goodbye the call ended as ${outcome ?? 'not at all'}`];
  return { atMs: heard.atMs, heard: heard.text, problems };
}

async function callerLeft(call: ObservedCall, world: World, limitMs: number): Promise<Ending | undefined> {
  const outcome = await within(world.wake, limitMs, () => call.placed.outcome);
  return outcome === undefined ? undefined : { atMs: call.placed.endedAtMs ?? Date.now(), heard: '', problems: [] };
}
