import { findCustomer } from '#adapters/customers/find-customer';
import type { Log } from '#adapters/logging/logger';
import type { AgentDefinition } from '#core/agent/definition';
import type { CallOffer } from '#core/call/offer';
import type { Clock } from '#core/ports/clock';
import type { CustomerDirectory, FoundCustomer } from '#core/ports/customer-directory';

/** The greeting waits this long for the customer's name; a later one is used from the next turn on. */
const CUSTOMER_BUDGET_MS = 400;

export interface OpeningServices {
  readonly customers: CustomerDirectory;
  readonly clock: Clock;
  readonly log: Log;
}

/** Who is calling, if that is known by the greeting. Whoever is found later is told to `onLate`. Never throws. */
export async function whoIsCalling(
  offer: CallOffer,
  agent: AgentDefinition,
  { customers, clock, log }: OpeningServices,
  onLate: (found: FoundCustomer) => void,
  signal: AbortSignal,
): Promise<FoundCustomer | undefined> {
  const search = findCustomer(customers, offer, agent, signal).catch((error: unknown) => {
    if (!signal.aborted) log.warn({ callId: offer.callId, err: error }, 'customer not looked up');
    return undefined;
  });
  const waiting = new AbortController();
  const tooLate = clock.sleep(CUSTOMER_BUDGET_MS, waiting.signal).then(
    () => 'too-late' as const,
    () => 'too-late' as const,
  );
  const found = await Promise.race([search, tooLate]);
  waiting.abort();
  if (found !== 'too-late') return found;
  void search.then((late) => {
    if (late !== undefined && !signal.aborted) onLate(late);
  });
  return undefined;
}
