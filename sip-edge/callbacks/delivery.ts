/** Sends callbacks: one event a POST, in order per call unless the settings say otherwise, each with a fresh token. */
import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Faults } from '../faults.ts';
import type { HttpClient } from '../http/client.ts';
import type { Log } from '../log.ts';
import type { SettingsStore } from '../settings.ts';
import { callbackEnvelope, nowTicks, type CallbackEnvelope, type CallIds } from './envelope.ts';
import type { CallEvent } from './events.ts';
import { CALLBACK_TOKEN_LIFETIME_S, type SigningKey } from './signing-key.ts';

/** Longest pause between two attempts, however many there are. */
const MAX_RETRY_DELAY_MS = 30_000;
/** Events of one call waiting to be sent; a receiver this far behind has lost the call. */
const MAX_WAITING_EVENTS = 500;

export interface CallCallbacks {
  /** Never waits and never throws: what cannot be delivered is logged. Later events wait while one is tried again. */
  send(event: CallEvent, url: string): void;
}

export interface CallbackSender {
  forCall(ids: CallIds): CallCallbacks;
  /** Waits for what is being sent, at most `graceMs`, then gives up the rest. */
  close(graceMs: number): Promise<void>;
}

interface SenderDependencies {
  readonly key: SigningKey;
  readonly settings: SettingsStore;
  readonly faults: Faults;
  readonly http: HttpClient;
  readonly log: Log;
}

export function createCallbackSender(dependencies: SenderDependencies): CallbackSender {
  const { settings, log } = dependencies;
  const closing = new AbortController();
  const underWay = new Set<Promise<void>>();

  function track(delivery: Promise<void>): Promise<void> {
    underWay.add(delivery);
    void delivery.finally(() => underWay.delete(delivery));
    return delivery;
  }

  return {
    forCall(ids) {
      let tail: Promise<void> = Promise.resolve();
      let waiting = 0;
      return {
        send(event, url) {
          if (closing.signal.aborted) return;
          if (waiting >= MAX_WAITING_EVENTS) {
            log.error({ eventType: event.name, correlationId: ids.correlationId }, 'callback dropped');
            return;
          }
          waiting += 1;
          const { shuffle, shuffleWindowMs, delayMs, duplicates } = settings.current.callbacks;
          const envelope = callbackEnvelope(event, ids, randomUUID(), nowTicks());
          const deliver = async (extraDelayMs: number): Promise<void> => {
            await pause(delayMs + extraDelayMs, closing.signal);
            for (let copy = 0; copy <= duplicates; copy += 1) {
              await deliverOnce(dependencies, envelope, url, ids.correlationId, closing.signal);
            }
          };
          const delivery = shuffle ? deliver(randomInt(shuffleWindowMs + 1)) : tail.then(() => deliver(0));
          const settled = track(
            delivery.finally(() => {
              waiting -= 1;
            }),
          );
          if (!shuffle) tail = settled;
        },
      };
    },
    async close(graceMs) {
      const timer = setTimeout(() => {
        closing.abort();
      }, graceMs);
      await Promise.all(underWay);
      clearTimeout(timer);
      closing.abort();
    },
  };
}

/** Ends early, without an error, when `signal` aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return;
  await wait(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

async function deliverOnce(
  dependencies: SenderDependencies,
  envelope: CallbackEnvelope,
  url: string,
  correlationId: string,
  signal: AbortSignal,
): Promise<void> {
  const { settings, log } = dependencies;
  const fields = { eventType: envelope.type, correlationId };
  const { retries, retryDelayMs } = settings.current.callbacks;
  const attempts = 1 + retries;
  for (let attempt = 1; attempt <= attempts && !signal.aborted; attempt += 1) {
    if (attempt > 1) await pause(Math.min(retryDelayMs * 2 ** (attempt - 2), MAX_RETRY_DELAY_MS), signal);
    try {
      const status = await post(dependencies, envelope, url, signal);
      if (status < 300) {
        log.info({ ...fields, status }, 'callback delivered');
        return;
      }
      log.warn({ ...fields, status, attempt }, 'callback refused');
      if (!mayPass(status)) break;
    } catch (error) {
      log.warn({ ...fields, attempt, reason: errorCode(error) }, 'callback not delivered');
    }
  }
  log.error(fields, 'callback lost');
}

/** Whether the same request may be taken later; other refusals are about the request itself. */
function mayPass(status: number): boolean {
  return status >= 500 || status === 408 || status === 429;
}

async function post(
  { key, settings, faults, http }: SenderDependencies,
  envelope: CallbackEnvelope,
  url: string,
  signal: AbortSignal,
): Promise<number> {
  const fault = faults.take('callback');
  await pause(fault?.delayMs ?? 0, signal);
  if (fault?.drop === true) throw new Error('dropped by an ordered fault');
  if (fault?.status !== undefined) return fault.status;
  const response = await http.send(
    {
      url,
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        authorization: `Bearer ${await key.sign(CALLBACK_TOKEN_LIFETIME_S)}`,
      },
      body: JSON.stringify(envelope.body),
      timeoutMs: settings.current.callbacks.timeoutMs,
    },
    signal,
  );
  return response.status;
}

/** A code such as ECONNREFUSED, or the error's name: never text that may hold the URL's secret. */
function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
