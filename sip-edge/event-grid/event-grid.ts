/** Event subscriptions and delivery: at least once, retried by the published table, in no order (acs-facts 1.8, 1.9). */
import { setTimeout as wait } from 'node:timers/promises';
import type { Faults } from '../faults.ts';
import type { HttpClient } from '../http/client.ts';
import type { Log } from '../log.ts';
import type { SettingsStore } from '../settings.ts';
import { eventBody, type EventSchema, type GridEvent } from './incoming-call-event.ts';
import { isDelivered, nextAttempt, type DeliveryOutcome } from './retry-schedule.ts';
import { validateSubscription, type Validation } from './subscription-validation.ts';

const RESPONSE_TIMEOUT_MS = 30_000;
/** Deliveries under way: beyond this the endpoint has been out of reach for long, and its calls have rung out. */
const MAX_DELIVERIES = 5_000;

interface Subscription {
  readonly webhookUrl: string;
  readonly schema: EventSchema;
}

export interface EventGrid {
  /** Validates the endpoint; only then does it replace a subscription of that name. */
  subscribe(name: string, subscription: Subscription): Promise<Validation>;
  names(): readonly string[];
  /** False when there is no subscription. Never waits. */
  publish(event: GridEvent, correlationId: string): boolean;
  close(): Promise<void>;
}

interface Dependencies {
  /** The resource the events come from, as an ARM path. */
  readonly topic: string;
  readonly settings: SettingsStore;
  readonly faults: Faults;
  readonly http: HttpClient;
  readonly log: Log;
}

export function createEventGrid(dependencies: Dependencies): EventGrid {
  const subscriptions = new Map<string, Subscription>();
  const underWay = new Set<Promise<void>>();
  const closing = new AbortController();

  return {
    async subscribe(name, subscription) {
      const { topic, http } = dependencies;
      const validation = await validateSubscription({ name, topic, ...subscription }, http, closing.signal);
      if (validation.kind === 'valid') subscriptions.set(name, subscription);
      return validation;
    },
    names: () => [...subscriptions.keys()],
    publish(event, correlationId) {
      const copies = 1 + dependencies.settings.current.eventGrid.duplicates;
      for (const [name, subscription] of subscriptions) {
        for (let copy = 0; copy < copies && underWay.size < MAX_DELIVERIES; copy += 1) {
          const delivery = deliver(dependencies, name, subscription, event, correlationId, closing.signal);
          underWay.add(delivery);
          void delivery.finally(() => underWay.delete(delivery));
        }
      }
      return subscriptions.size > 0;
    },
    async close() {
      closing.abort();
      await Promise.all(underWay);
    },
  };
}

async function deliver(
  dependencies: Dependencies,
  name: string,
  subscription: Subscription,
  event: GridEvent,
  correlationId: string,
  signal: AbortSignal,
): Promise<void> {
  const { settings, log } = dependencies;
  const fields = { eventType: event.type, correlationId };
  await pause(settings.current.eventGrid.delayMs, signal);
  for (let attempts = 1; !signal.aborted; attempts += 1) {
    const startedAt = performance.now();
    const outcome = await attempt(dependencies, name, subscription, event, attempts - 1, signal);
    const durationMs = Math.round(performance.now() - startedAt);
    if (outcome.kind === 'status' && isDelivered(outcome.status)) {
      log.info({ ...fields, status: outcome.status, durationMs }, 'event delivered');
      return;
    }
    const next = nextAttempt(outcome, attempts, Date.now() - event.time.getTime(), settings.current.eventGrid);
    const failure = { ...fields, durationMs, attempts, status: outcome.kind === 'status' ? outcome.status : 0 };
    if (next.kind === 'dead-letter') {
      log.warn({ ...failure, reason: next.reason }, 'event dead-lettered');
      return;
    }
    log.warn({ ...failure, waitMs: next.ms }, 'event not delivered');
    await pause(next.ms, signal);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return;
  await wait(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

/** Never rejects. */
async function attempt(
  { topic, faults, http }: Dependencies,
  name: string,
  { webhookUrl, schema }: Subscription,
  event: GridEvent,
  deliveryCount: number,
  signal: AbortSignal,
): Promise<DeliveryOutcome> {
  const fault = faults.take('event-grid');
  await pause(fault?.delayMs ?? 0, signal);
  if (fault?.drop === true) return { kind: 'no-answer' };
  if (fault?.status !== undefined) return { kind: 'status', status: fault.status };
  const { contentType, body } = eventBody(event, schema, topic);
  const headers = {
    'content-type': contentType,
    'aeg-event-type': 'Notification',
    'aeg-subscription-name': name.toUpperCase(),
    'aeg-delivery-count': String(deliveryCount),
    'aeg-output-event-id': event.id,
    ...(schema === 'event-grid'
      ? { 'aeg-data-version': '1.0', 'aeg-metadata-version': '1' }
      : { origin: 'eventgrid.azure.net' }),
  };
  const request = {
    url: webhookUrl,
    method: 'POST',
    headers,
    body: JSON.stringify(body),
    timeoutMs: RESPONSE_TIMEOUT_MS,
  } as const;
  return http.send(request, signal).then(
    ({ status }) => ({ kind: 'status', status }),
    () => ({ kind: 'no-answer' }),
  );
}
