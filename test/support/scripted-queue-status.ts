import { PortError } from '#core/ports/error';
import type { QueueStatus } from '#core/handover/queue-status';
import type { QueueStatusSource } from '#core/ports/queue-status-source';

export interface ScriptedQueueStatus extends QueueStatusSource {
  /** Every queue asked about, in order. */
  readonly asked: readonly string[];
}

const unknown: QueueStatus = { isOpen: undefined, waitMinutes: undefined, agentsAvailable: undefined };

/** Says of each queue what a test says; `fails` throws, `hangs` never answers while the call is up. */
export function scriptedQueueStatus(
  statuses: Readonly<Record<string, Partial<QueueStatus> | 'fails' | 'hangs'>>,
): ScriptedQueueStatus {
  const asked: string[] = [];
  return {
    asked,
    read: async (queue, signal) => {
      asked.push(queue);
      await new Promise((resolve) => setImmediate(resolve));
      const status = statuses[queue] ?? {};
      if (status === 'fails') throw new PortError('queue-status', '500', { retryable: true, status: 500 });
      if (status === 'hangs') {
        await new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
        });
      }
      return { ...unknown, ...(typeof status === 'string' ? {} : status) };
    },
  };
}
