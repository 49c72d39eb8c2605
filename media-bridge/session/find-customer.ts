import type { AgentDefinition } from '#core/agent/definition';
import type { CallOffer } from '#core/call/offer';
import { headerValue } from '#core/handover/inbound-headers';
import type { Customer, CustomerDirectory } from '#core/ports/customer-directory';

/** By the id the IVR sent, else by the caller's number. Either is a hint: it greets, it does not prove. */
export async function findCustomer(
  customers: CustomerDirectory,
  offer: CallOffer,
  agent: AgentDefinition,
  signal: AbortSignal,
): Promise<Customer | undefined> {
  const id = headerValue(offer.headers, agent.customerIdHeader);
  const byId = id === undefined || id === '' ? undefined : await customers.find({ by: 'id', id }, signal);
  if (byId !== undefined || offer.from.kind === 'anonymous') return byId;
  return customers.find({ by: 'number', number: offer.from.number }, signal);
}
