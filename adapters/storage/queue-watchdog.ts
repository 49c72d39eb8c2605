import { QueueClient, type StoragePipelineOptions } from '@azure/storage-queue';
import { parseCallId, type CallId } from '#core/ids';
import type { WatchdogQueue } from '#core/ports/watchdog-queue';
import { lazyAzureCredential } from '../identity/lazy-credential.ts';
import type { StorageAccount } from './settings.ts';
import { statusOf, storageError } from './storage-error.ts';

/** Also named by the queue trigger in functions/watchdog.ts. */
export const WATCHDOG_QUEUE = 'call-watchdog';
const REQUEST_BUDGET_MS = 4_000;
/** A watchdog nobody took for this long has no caller left to look after. */
const MESSAGE_LIFE_S = 3_600;
const PIPELINE: StoragePipelineOptions = {
  retryOptions: { maxTries: 3, tryTimeoutInMs: 2_000, retryDelayInMs: 100, maxRetryDelayInMs: 500 },
};

/** A storage queue whose messages stay invisible until the watchdog's time. */
export function queueWatchdog(account: StorageAccount): WatchdogQueue {
  const client = connect(account);
  return {
    schedule: async (id, afterMs, signal) => {
      signal.throwIfAborted();
      const budget = AbortSignal.timeout(REQUEST_BUDGET_MS);
      const abortSignal = AbortSignal.any([signal, budget]);
      const send = () =>
        client.sendMessage(watchdogMessage(id), {
          visibilityTimeout: Math.max(1, Math.ceil(afterMs / 1000)),
          messageTimeToLive: MESSAGE_LIFE_S,
          abortSignal,
        });
      try {
        try {
          await send();
        } catch (error) {
          if (statusOf(error) !== 404) throw error;
          await client.createIfNotExists({ abortSignal });
          await send();
        }
      } catch (error) {
        signal.throwIfAborted();
        throw storageError('watchdog-queue', 'schedule', error, budget.aborted ? REQUEST_BUDGET_MS : undefined);
      }
    },
  };
}

/** Base64 over JSON: what the Functions host expects of a queue by default (`messageEncoding` in host.json). */
function watchdogMessage(id: CallId): string {
  return Buffer.from(JSON.stringify({ callId: id })).toString('base64');
}

/** Reads a message as the Functions host hands it over: JSON parsed, or text. */
export function parseWatchdogMessage(entry: unknown): CallId | undefined {
  let value = entry;
  if (typeof value === 'string') {
    try {
      value = JSON.parse(value);
    } catch {
      return undefined;
    }
  }
  const callId = (value as { callId?: unknown } | null | undefined)?.callId;
  return typeof callId === 'string' ? parseCallId(callId) : undefined;
}

function connect(account: StorageAccount): QueueClient {
  if (account.by === 'identity') {
    const url = `https://${account.accountName}.queue.core.windows.net/${WATCHDOG_QUEUE}`;
    return new QueueClient(url, lazyAzureCredential(), PIPELINE);
  }
  return new QueueClient(account.connectionString, WATCHDOG_QUEUE, PIPELINE);
}
