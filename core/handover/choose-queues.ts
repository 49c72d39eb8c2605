import type { AgentDefinition } from '../agent/definition.ts';
import { failureQueue, queuesToTry } from '../agent/queues.ts';
import { isOpen } from '../hours/is-open.ts';
import { nextOpening } from '../hours/next-opening.ts';
import { primarySubtag } from '../language/locale.ts';
import type { HandoverReason } from './packet.ts';
import type { QueueStatus } from './queue-status.ts';
import { queueByTopic } from './topic.ts';

/** Names of queues, in the order in which they are tried. */
export type QueueOrder = readonly [string, ...string[]];

export type QueueChoice =
  | { readonly kind: 'open'; readonly queues: QueueOrder; readonly waitMinutes: number | undefined }
  /** `queues`: those to try if it is tried all the same. */
  | { readonly kind: 'closed'; readonly queues: QueueOrder; readonly opening: OpeningTime | undefined };

/** When somebody is there again, and what is needed to say it. */
export interface OpeningTime {
  readonly atMs: number;
  /** The zone of the queue's hours: what its clock shows is what is said. */
  readonly zone: string;
  /** When it was looked up: "tomorrow" depends on it. */
  readonly nowMs: number;
}

export interface Wanted {
  readonly reason: HandoverReason;
  /** By name. */
  readonly queue: string | undefined;
}

export interface QueueFacts {
  readonly nowMs: number;
  /** BCP 47: what the caller speaks. */
  readonly language: string;
  /** What the call is about, the surest text first; looked at where nobody named a queue. */
  readonly about: readonly string[];
  readonly stopWords: readonly string[];
  /** By queue; one that is not there is not known. */
  readonly statuses: ReadonlyMap<string, QueueStatus>;
}

/**
 * Which queues are tried, and in which order: the wanted one, or the one whose topics the call is about; then the fall-back order; last the queue for
 * failed calls. Those that speak the caller's language come first, among them any that names it; closed ones are left out. Total: when none is open all
 * of them are named, for whoever tries them all the same.
 */
export function chooseQueues(agent: AgentDefinition, wanted: Wanted, facts: QueueFacts): QueueChoice {
  const candidates = inLanguage(agent, queueOrder(agent, wanted, facts), primarySubtag(facts.language));
  const [first, ...others] = candidates.filter((name) => isOpenNow(agent, name, facts));
  if (first === undefined)
    return { kind: 'closed', queues: candidates, opening: firstOpening(agent, candidates, facts) };
  return { kind: 'open', queues: [first, ...others], waitMinutes: facts.statuses.get(first)?.waitMinutes };
}

/** Whom to ask before a choice. */
export function queueCandidates(
  agent: AgentDefinition,
  wanted: Wanted,
  facts: Pick<QueueFacts, 'language' | 'about' | 'stopWords'>,
): QueueOrder {
  return inLanguage(agent, queueOrder(agent, wanted, facts), primarySubtag(facts.language));
}

function queueOrder(
  agent: AgentDefinition,
  { reason, queue }: Wanted,
  { about, stopWords }: Pick<QueueFacts, 'about' | 'stopWords'>,
): QueueOrder {
  const isKnown = agent.queues.some(({ name }) => name === queue);
  const named = isKnown ? queue : reason === 'failure' ? agent.failure.queue : undefined;
  const [first, ...others] = queuesToTry(agent, named ?? queueByTopic(agent.queues, about, stopWords));
  return distinct([first.name, ...others.map(({ name }) => name), failureQueue(agent).name]);
}

function inLanguage(agent: AgentDefinition, order: QueueOrder, language: string): QueueOrder {
  const spokenAt = (name: string): readonly string[] =>
    agent.queues.find((queue) => queue.name === name)?.languages ?? [];
  const speaks = (name: string): boolean => spokenAt(name).length === 0 || spokenAt(name).includes(language);
  const others = agent.queues.filter(({ languages }) => languages.includes(language)).map(({ name }) => name);
  const [first, ...rest] = [...order.filter(speaks), ...others, ...order.filter((name) => !speaks(name))];
  return first === undefined ? order : distinct([first, ...rest]);
}

function isOpenNow(agent: AgentDefinition, name: string, { nowMs, statuses }: QueueFacts): boolean {
  const hours = agent.queues.find((queue) => queue.name === name)?.hours;
  return statuses.get(name)?.isOpen ?? (hours === undefined || isOpen(hours, nowMs));
}

function firstOpening(agent: AgentDefinition, names: QueueOrder, { nowMs }: QueueFacts): OpeningTime | undefined {
  const openings = agent.queues.flatMap(({ name, hours }) => {
    // One that is closed within its hours opens when its people say so: nobody knows when.
    if (hours === undefined || !names.includes(name) || isOpen(hours, nowMs)) return [];
    const atMs = nextOpening(hours, nowMs);
    return atMs === undefined ? [] : [{ atMs, zone: hours.zone, nowMs }];
  });
  return openings.sort((one, other) => one.atMs - other.atMs)[0];
}

function distinct([first, ...others]: QueueOrder): QueueOrder {
  return [first, ...new Set(others.filter((other) => other !== first))];
}
