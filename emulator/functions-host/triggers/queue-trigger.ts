import { setTimeout as delay } from 'node:timers/promises';
import { QueueClient, RestError, type DequeuedMessageItem } from '@azure/storage-queue';
import type { Logger } from 'pino';
import { MIN_POLLING_INTERVAL_MS, type QueueSettings } from '../app/manifest.ts';
import type { QueueFunction } from '../app/functions.ts';
import type { Invocation, InvocationOutcome } from '../worker/functions-worker.ts';
import { decodeMessage } from './queue-message.ts';

/** While a function has a message nobody else sees it, as in the real host. */
const LEASE_S = 600;

interface QueueTriggerOptions {
  readonly target: QueueFunction;
  readonly settings: QueueSettings;
  readonly invoke: (invocation: Invocation) => Promise<InvocationOutcome>;
  readonly log: Logger;
}

/**
 * Polls one Storage queue and runs its function a message at a time each, until closed. Asks for another batch as soon as no more than half a batch is
 * under way (`NewBatchThreshold` of https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue): one that takes long holds up nobody.
 */
export class QueueTrigger {
  readonly #options: QueueTriggerOptions;
  readonly #queue: QueueClient;
  readonly #poison: QueueClient;
  readonly #stop = new AbortController();
  readonly #polling: Promise<void>;

  constructor(options: QueueTriggerOptions) {
    const { connectionString, queueName } = options.target;
    this.#options = options;
    this.#queue = new QueueClient(connectionString, queueName);
    this.#poison = new QueueClient(connectionString, `${queueName}-poison`);
    this.#polling = this.#poll();
  }

  /** Takes no more messages; resolves when those taken are done with. Idempotent. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#polling;
  }

  async #poll(): Promise<void> {
    const { settings, target, log } = this.#options;
    const { signal } = this.#stop;
    const underWay = new Set<Promise<void>>();
    let pauseMs = MIN_POLLING_INTERVAL_MS;
    while (!this.#isStopped()) {
      const messages = await this.#receive();
      for (const message of messages) {
        const settled = this.#process(message)
          // Storage failed between the function and the delete: the message comes again, which at-least-once allows.
          .catch((error: unknown) => log.error({ queue: target.queueName, err: error }, 'queue message not settled'))
          .finally(() => underWay.delete(settled));
        underWay.add(settled);
      }
      while (underWay.size > settings.batchSize / 2) await Promise.race(underWay);
      pauseMs = messages.length > 0 ? MIN_POLLING_INTERVAL_MS : Math.min(pauseMs * 2, settings.maxPollingIntervalMs);
      if (messages.length < settings.batchSize) await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    }
    await Promise.all(underWay);
  }

  #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #receive(): Promise<readonly DequeuedMessageItem[]> {
    const { settings, target, log } = this.#options;
    try {
      const { receivedMessageItems } = await this.#queue.receiveMessages({
        numberOfMessages: settings.batchSize,
        visibilityTimeout: LEASE_S,
        abortSignal: this.#stop.signal,
      });
      return receivedMessageItems;
    } catch (error) {
      // Nobody has sent anything yet: whoever does makes the queue.
      const isMissing = error instanceof RestError && error.statusCode === 404;
      if (!isMissing && !this.#isStopped()) log.warn({ queue: target.queueName, err: error }, 'queue not read');
      return [];
    }
  }

  async #process(message: DequeuedMessageItem): Promise<void> {
    const { settings, target, invoke, log } = this.#options;
    const text = decodeMessage(message.messageText, settings.messageEncoding);
    if (text === undefined) {
      log.error({ queue: target.queueName, messageId: message.messageId }, 'queue message is not base64');
      return this.#giveUp(message);
    }
    const outcome = await invoke(queueInvocation(target, message, text));
    switch (outcome.kind) {
      case 'succeeded':
        await this.#queue.deleteMessage(message.messageId, message.popReceipt);
        return;
      case 'failed':
        if (message.dequeueCount >= settings.maxDequeueCount) return this.#giveUp(message);
        return this.#putBack(message, settings.visibilityTimeoutMs);
      case 'busy':
        return this.#putBack(message, settings.maxPollingIntervalMs);
      default:
        outcome satisfies never;
    }
  }

  async #putBack({ messageId, popReceipt, messageText }: DequeuedMessageItem, hiddenMs: number): Promise<void> {
    await this.#queue.updateMessage(messageId, popReceipt, messageText, Math.ceil(hiddenMs / 1_000));
  }

  async #giveUp({ messageId, popReceipt, messageText, dequeueCount }: DequeuedMessageItem): Promise<void> {
    await this.#poison.createIfNotExists();
    await this.#poison.sendMessage(messageText);
    await this.#queue.deleteMessage(messageId, popReceipt);
    this.#options.log.error(
      { queue: this.#options.target.queueName, messageId, dequeueCount },
      'queue message poisoned',
    );
  }
}

export function queueInvocation(
  { functionName, binding, queueName }: QueueFunction,
  message: Pick<
    DequeuedMessageItem,
    'messageId' | 'popReceipt' | 'dequeueCount' | 'insertedOn' | 'expiresOn' | 'nextVisibleOn'
  >,
  text: string,
): Invocation {
  const json = (value: unknown): { json: string } => ({ json: JSON.stringify(value) });
  return {
    functionId: functionName,
    inputData: [{ name: binding, data: { string: text } }],
    triggerMetadata: {
      QueueTrigger: json(queueName),
      Id: json(message.messageId),
      PopReceipt: json(message.popReceipt),
      DequeueCount: json(message.dequeueCount),
      InsertionTime: json(message.insertedOn),
      ExpirationTime: json(message.expiresOn),
      NextVisibleTime: json(message.nextVisibleOn),
    },
  };
}
