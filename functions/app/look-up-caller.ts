import { findCustomer } from '#adapters/customers/find-customer';
import type { Log } from '#adapters/logging/logger';
import type { AgentCatalogue } from '#core/agent/agent';
import type { CallOffer } from '#core/call/offer';
import type { CallerSearch, CallerStore } from '#core/ports/caller-store';
import type { Clock } from '#core/ports/clock';
import type { CustomerDirectory } from '#core/ports/customer-directory';
import { withinBudget } from './within-budget.ts';

export interface CallerServices {
  /** Undefined when no source of customers is set. */
  readonly customers: CustomerDirectory | undefined;
  readonly callers: CallerStore;
  readonly agents: AgentCatalogue;
  readonly clock: Clock;
  readonly log: Log;
}

/** By id and by number, one after the other. The greeting goes without after less; what is found by now is used in the next sentence. */
const LOOK_UP_BUDGET_MS = 3_000;
const ROW_BUDGET_MS = 2_000;

/** Finds out who is calling and writes it down for the bridge, which waits for it. Never throws: a call goes on without. */
export async function lookUpCaller(offer: CallOffer, services: CallerServices, signal: AbortSignal): Promise<void> {
  const { callId, correlationId } = offer;
  const { callers, customers, log } = services;
  if (customers === undefined) return;
  const search = await searched(offer, customers, services, signal);
  try {
    await withinBudget(ROW_BUDGET_MS, signal, (budget) => callers.save(callId, search, budget));
  } catch (error) {
    log.error({ callId, correlationId, err: error }, 'caller not recorded');
  }
}

async function searched(
  offer: CallOffer,
  customers: CustomerDirectory,
  { agents, clock, log }: CallerServices,
  signal: AbortSignal,
): Promise<CallerSearch> {
  const { callId, correlationId } = offer;
  const agent = agents.for(offer).definition;
  const startedMs = clock.monotonicMs();
  try {
    const found = await withinBudget(LOOK_UP_BUDGET_MS, signal, (budget) =>
      findCustomer(customers, offer, agent, budget),
    );
    const ms = Math.round(clock.monotonicMs() - startedMs);
    log.info({ callId, correlationId, found: found !== undefined, by: found?.by, ms }, 'caller looked up');
    return found === undefined ? { kind: 'nobody' } : { kind: 'found', found };
  } catch (error) {
    log.warn({ callId, correlationId, err: error }, 'caller not looked up');
    return { kind: 'failed' };
  }
}
