import { findCustomer } from '#adapters/customers/find-customer';
import type { Log } from '#adapters/logging/logger';
import type { Agent } from '#core/agent/agent';
import type { AgentDefinition } from '#core/agent/definition';
import type { CallOffer } from '#core/call/offer';
import { greetingFor } from '#core/conversation/greeting';
import { resumption } from '#core/conversation/resume';
import { headerValue } from '#core/handover/inbound-headers';
import { chooseLocale } from '#core/language/choose-language';
import { noLongerThan } from '#core/no-longer-than';
import type { CallerSearch, CallerStore } from '#core/ports/caller-store';
import type { Clock } from '#core/ports/clock';
import type { CustomerDirectory, FoundCustomer } from '#core/ports/customer-directory';
import type { RandomNumbers } from '#core/ports/random-numbers';
import type { SessionLease } from '#core/ports/session-store';
import type { Conversation } from './conversation.ts';
import { gatesFor } from './gates.ts';

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

export interface Opening {
  readonly offer: CallOffer;
  readonly agent: Agent;
  /** What an earlier media session of this call left. */
  readonly earlier: SessionLease['earlier'];
  readonly conversation: Pick<Conversation, 'customerFound' | 'dispatch' | 'locale' | 'resume' | 'speak'>;
  /** The caller speaks this language, BCP 47, and is listened to in no other. */
  readonly onLanguage: (language: string, phrases: readonly string[]) => void;
  readonly services: OpeningServices & { readonly random: RandomNumbers; readonly trunkHeader: string };
  /** Aborted when the media session ends. */
  readonly signal: AbortSignal;
}

/** Greets the caller, by name and in their language where they are known in time; or goes on where the stream was lost. */
export async function openConversation({
  offer,
  agent,
  earlier,
  conversation,
  onLanguage,
  services,
  signal,
}: Opening): Promise<void> {
  const { definition } = agent;
  const lost = resumption(earlier);
  if (lost !== undefined) {
    services.log.info({ callId: offer.callId, how: lost.how, stage: lost.stage.kind }, 'conversation resumed');
    conversation.resume(lost);
    if (earlier?.record?.identity.kind !== 'unknown') return;
  }
  const onLate = (late: FoundCustomer): void => conversation.customerFound(late);
  const found = await whoIsCalling(offer, definition, services, onLate, signal);
  if (signal.aborted) return;
  if (found !== undefined) conversation.customerFound(found);
  if (lost !== undefined) return;
  const { locale, candidates } = chooseLocale(agent, offer, found?.customer);
  conversation.speak(locale.language);
  // A record says what the customer speaks, not who is speaking: several are listened for until somebody has.
  if (candidates.length === 1) onLanguage(locale.language, definition.phrases);
  const reason = headerValue(offer.headers, definition.reasonHeader);
  const greeting = greetingFor(conversation.locale, reason, found?.customer);
  const gates = gatesFor(definition, offer, found, conversation.locale, services);
  conversation.dispatch({ type: 'media-ready', greeting, gates });
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
