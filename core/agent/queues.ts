import { parsePhoneNumber, type PhoneNumber } from '../ids.ts';
import type { AgentDefinition } from './definition.ts';

export interface Queue {
  readonly name: string;
  readonly target: PhoneNumber;
}

/** Where a caller goes when nobody has said which queue: the first of the fall-back order, else the first of all. */
export function defaultQueue(agent: AgentDefinition): Queue {
  return queuesToTry(agent, undefined)[0];
}

/** Where a call goes in which something failed: to the queue the agent names for that, else to the default one. */
export function failureQueue(agent: AgentDefinition): Queue {
  return queueNamed(agent, agent.failure.queue);
}

/** The queues in the order in which they are tried: the wanted one, then the fall-back order, each once. A name that no queue has counts as none. */
export function queuesToTry(agent: AgentDefinition, wanted: string | undefined): readonly [Queue, ...Queue[]] {
  const known = agent.queues.map(({ name }) => name);
  const first = wanted !== undefined && known.includes(wanted) ? [wanted] : [];
  const [name = known[0], ...others] = new Set([...first, ...agent.handover.fallback]);
  const find = (wantedName: string | undefined): Queue =>
    ready(agent.queues.find((queue) => queue.name === wantedName));
  return [find(name), ...others.map(find)];
}

/** The queue of this name; the default one when there is none: a caller is brought to a person, whatever a name says. */
export function queueNamed(agent: AgentDefinition, name: string | undefined): Queue {
  const named = agent.queues.find((candidate) => candidate.name === name);
  return named === undefined ? defaultQueue(agent) : ready(named);
}

function ready(queue: AgentDefinition['queues'][number] | undefined): Queue {
  const target = parsePhoneNumber(queue?.target ?? '');
  if (queue === undefined || target === undefined)
    throw new Error('The definition of an agent has named queues with numbers');
  return { name: queue.name, target };
}
