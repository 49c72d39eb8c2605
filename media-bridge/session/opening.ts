import { findCustomer } from '#adapters/customers/find-customer';
import type { Log } from '#adapters/logging/logger';
import type { AgentDefinition } from '#core/agent/definition';
import type { CallOffer } from '#core/call/offer';
import { noLongerThan } from '#core/no-longer-than';
import type { CallerSearch, CallerStore } from '#core/ports/caller-store';
import type { Clock } from '#core/ports/clock';
import type { CustomerDirectory, FoundCustomer } from '#core/ports/customer-directory';

/** The greeting waits this long for the customer's name; a later one is used from the next turn on. */
const CUSTOMER_BUDGET_MS = 400;
const POLL_MS = 100;
/** The control plane has given up by then, or is gone (functions/app/look-up-caller.ts). */
const ROW_BUDGET_MS = 5_000;

export interface OpeningServices {
  /** Undefined when no source of customers is set, here and in the control plane. */
  readonly customers: CustomerDirectory | undefined;
  /** Where the control plane writes whom it has found. */
  readonly callers: CallerStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** Who is calling, if that is known by the greeting. Whoever is found later is told to `onLate`. Never throws. */
export async function whoIsCalling(
  offer: CallOffer,
  agent: AgentDefinition,
  { customers, ...services }: OpeningServices,
  onLate: (found: FoundCustomer) => void,
  signal: AbortSignal,
): Promise<FoundCustomer | undefined> {
  if (customers === undefined) return undefined;
  const { clock, log } = services;
  const search = searched(offer, agent, { customers, ...services }, signal).catch((error: unknown) => {
    if (!signal.aborted) log.warn({ callId: offer.callId, err: error }, 'customer not looked up');
    return undefined;
  });
  const found = await noLongerThan(CUSTOMER_BUDGET_MS, clock, search);
  if (found.kind === 'done') return found.result;
  void search.then((late) => {
    if (late !== undefined && !signal.aborted) onLate(late);
  });
  return undefined;
}

/** What the control plane has found; once more by ourselves when it found out nothing. */
async function searched(
  offer: CallOffer,
  agent: AgentDefinition,
  services: OpeningServices & { readonly customers: CustomerDirectory },
  signal: AbortSignal,
): Promise<FoundCustomer | undefined> {
  const written = await rowOf(offer, services, signal);
  switch (written.kind) {
    case 'found':
      return written.found;
    case 'nobody':
      return undefined;
    case 'failed':
      return findCustomer(services.customers, offer, agent, signal);
  }
}

async function rowOf(
  { callId }: CallOffer,
  { callers, clock, log }: OpeningServices,
  signal: AbortSignal,
): Promise<CallerSearch> {
  const deadlineMs = clock.monotonicMs() + ROW_BUDGET_MS;
  try {
    while (clock.monotonicMs() < deadlineMs) {
      const written = await callers.load(callId, signal);
      if (written !== undefined) return written;
      await clock.sleep(POLL_MS, signal);
    }
  } catch (error) {
    signal.throwIfAborted();
    log.warn({ callId, err: error }, 'caller row not read');
  }
  return { kind: 'failed' };
}
