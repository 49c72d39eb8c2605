import type { AgentDefinition } from '../agent/definition.ts';
import { defaultQueue } from '../agent/queues.ts';
import { unreachable } from '../unreachable.ts';
import type { Admission, Because } from './admit.ts';

/** What settles a call that rings. */
export type Settlement = Exclude<Admission, { readonly kind: 'drop' }>;

/**
 * What is tried, one after the other, when the front does not take what was decided, so that nobody rings into nothing: a person first, then the
 * agent, then a refusal that tells the SBC at once. A caller who is not wanted is offered nothing else, and the agent answers no call while it is off.
 */
export function nextBest(decided: Settlement, agent: AgentDefinition): readonly Settlement[] {
  if (decided.kind === 'answer') return [];
  const { because } = decided;
  if (!isWelcome(because)) return [];
  const people: Settlement = { kind: 'redirect', target: defaultQueue(agent).target, because };
  const last: Settlement = because === 'off' ? { kind: 'reject', reason: 'none', because } : { kind: 'answer' };
  return [people, last].filter((settlement) => !isSame(settlement, decided));
}

function isWelcome(because: Because): boolean {
  switch (because) {
    case 'wrongNumber':
    case 'wrongTrunk':
    case 'blocked':
      return false;
    case 'closed':
    case 'off':
    case 'unhealthy':
    case 'full':
      return true;
    default:
      return unreachable(because);
  }
}

function isSame(one: Settlement, other: Settlement): boolean {
  if (one.kind === 'redirect' && other.kind === 'redirect') return one.target === other.target;
  if (one.kind === 'reject' && other.kind === 'reject') return one.reason === other.reason;
  return one.kind === other.kind;
}
