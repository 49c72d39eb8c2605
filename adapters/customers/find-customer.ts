import type { AgentDefinition } from '#core/agent/definition';
import type { CallOffer } from '#core/call/offer';
import { headerValue } from '#core/handover/inbound-headers';
import type { CustomerDirectory, FoundCustomer } from '#core/ports/customer-directory';

/** By the id the IVR sent, else by the caller's number. Throws `PortError`. */
export async function findCustomer(
  customers: CustomerDirectory,
  offer: CallOffer,
  agent: AgentDefinition,
  signal: AbortSignal,
): Promise<FoundCustomer | undefined> {
  const id = headerValue(offer.headers, agent.customerIdHeader) ?? '';
  const byId = id === '' ? undefined : await customers.find({ by: 'id', id }, signal);
  if (byId !== undefined) return { customer: byId, by: 'header' };
  if (offer.from.kind === 'anonymous') return undefined;
  const byNumber = await customers.find({ by: 'number', number: offer.from.number }, signal);
  return byNumber === undefined ? undefined : { customer: byNumber, by: 'number' };
}
