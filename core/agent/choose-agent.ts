import type { CallOffer } from '../call/offer.ts';
import { bareHeaderName, headerValue } from '../handover/inbound-headers.ts';
import type { Agent } from './agent.ts';

/**
 * The agent that takes a call. What says more about the call wins: the agent of the most headers that are all there, then the one of the trunk, then
 * the one of the called number, then the standard one. Of two that say equally much the first counts. Pure: functions and bridge choose alike.
 *
 * Headers are a stranger's words, and good enough to choose who talks: an agent proves nothing by being chosen.
 */
export function chooseAgent(agents: readonly Agent[], standard: Agent, offer: CallOffer, trunkHeader: string): Agent {
  const trunk = comparable(headerValue(offer.headers, trunkHeader) ?? '');
  return (
    mostSpecific(agents.filter((agent) => answersHeaders(agent, offer))) ??
    agents.find(({ definition }) => definition.answers.trunks.some((name) => comparable(name) === trunk)) ??
    agents.find(({ definition }) => definition.answers.numbers.includes(offer.to)) ??
    standard
  );
}

function answersHeaders({ definition }: Agent, offer: CallOffer): boolean {
  const wanted = Object.entries(definition.answers.headers);
  return (
    wanted.length > 0 &&
    wanted.every(([name, value]) => comparable(headerValue(offer.headers, name) ?? '') === comparable(value))
  );
}

function mostSpecific(agents: readonly Agent[]): Agent | undefined {
  const headersOf = ({ definition }: Agent): number => Object.keys(definition.answers.headers).length;
  return agents.toSorted((one, other) => headersOf(other) - headersOf(one))[0];
}

/** Two agents that answer the same call by the same words: nobody could say which takes it. */
export interface AnswersConflict {
  readonly first: string;
  readonly second: string;
  /** In the second's definition. */
  readonly path: readonly PropertyKey[];
  readonly what: string;
}

export function answersConflicts(agents: readonly Agent[]): AnswersConflict[] {
  const takenBy = new Map<string, string>();
  const conflicts: AnswersConflict[] = [];
  for (const { definition } of agents) {
    for (const { key, path, what } of claimsOf(definition.answers)) {
      const first = takenBy.get(key);
      if (first === undefined) takenBy.set(key, definition.name);
      else conflicts.push({ first, second: definition.name, path, what });
    }
  }
  return conflicts;
}

type Answers = Agent['definition']['answers'];

function claimsOf({ numbers, trunks, headers }: Answers) {
  const pairs = Object.entries(headers).map(([name, value]) => `${bareHeaderName(name)}=${comparable(value)}`);
  return [
    ...numbers.map((number, index) => ({
      key: `number ${number}`,
      path: ['answers', 'numbers', index],
      what: `the number ${number}`,
    })),
    ...trunks.map((trunk, index) => ({
      key: `trunk ${comparable(trunk)}`,
      path: ['answers', 'trunks', index],
      what: `the trunk "${trunk}"`,
    })),
    ...(pairs.length === 0
      ? []
      : [{ key: `headers ${pairs.sort().join('&')}`, path: ['answers', 'headers'], what: 'the same headers' }]),
  ];
}

function comparable(text: string): string {
  return text.trim().toLowerCase();
}
