import type { AgentDefinition } from '../agent/definition.ts';
import type { Customer } from '../ports/customer-directory.ts';
import { customerOf, type CallerIdentity } from './caller-identity.ts';

/** What the model may know of whoever calls: all of the record, or only who it would be, where the agent keeps facts for those who have proven that it is them. */
export function shownCustomer(
  identity: CallerIdentity,
  { customerFacts }: Pick<AgentDefinition, 'customerFacts'>,
): Customer | undefined {
  const customer = customerOf(identity);
  if (customer === undefined || identity.kind === 'proven' || customerFacts === 'claimed') return customer;
  return { ...customer, facts: {} };
}
