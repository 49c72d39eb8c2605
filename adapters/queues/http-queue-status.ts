import { z } from 'zod';
import type { QueueStatus } from '#core/handover/queue-status';
import type { Clock } from '#core/ports/clock';
import { PortError } from '#core/ports/error';
import type { QueueStatusSource } from '#core/ports/queue-status-source';
import { fillUrl } from '#core/tools/request';
import { untilAborted } from '#core/until-aborted';
import type { ResolveHost } from '../http-tools/allowed-addresses.ts';
import { keptConnections, type Connections } from '../http-tools/connections.ts';
import { exchange } from '../http-tools/exchange.ts';
import type { QueueStatusSettings } from './settings.ts';

/** A day: what is more is a mistake of whoever says it. */
const MINUTES_MAX = 24 * 60;

const count = z.number().min(0);

/** Each field for itself: one that is wrong does not take the others with it. */
const statusAnswer = z.object({
  open: z.boolean().optional().catch(undefined),
  waitMinutes: count.max(MINUTES_MAX).optional().catch(undefined),
  agentsAvailable: count.optional().catch(undefined),
});

interface Known {
  readonly status: Promise<QueueStatus>;
  readonly askedAtMs: number;
}

export interface HttpQueueStatus extends QueueStatusSource {
  /** Closes the connections that are kept. */
  close(): void;
}

/**
 * How it looks in the queues, asked over HTTP: a GET for a queue, answered with JSON such as `{"open": true, "waitMinutes": 5, "agentsAvailable": 0}`. One
 * request for a queue at a time, whoever asks, and its answer counts for a while; so does its failure, so that callers do not wait for it one after the other.
 */
export function httpQueueStatus(settings: QueueStatusSettings, clock: Clock, resolve?: ResolveHost): HttpQueueStatus {
  const connections = keptConnections(settings.hosts.addresses, resolve);
  const known = new Map<string, Known>();
  return {
    read: (queue, signal) => {
      const nowMs = clock.monotonicMs();
      const last = known.get(queue);
      const current =
        last !== undefined && nowMs - last.askedAtMs <= settings.maxAgeMs
          ? last
          : { status: ask(queue, settings, connections), askedAtMs: nowMs };
      known.set(queue, current);
      // Whoever asked may be gone by then: it is no failure of anybody who waits.
      current.status.catch(() => undefined);
      return untilAborted(current.status, signal);
    },
    close: () => connections.close(),
  };
}

async function ask(
  queue: string,
  { url: template, key, timeoutMs }: QueueStatusSettings,
  connections: Connections,
): Promise<QueueStatus> {
  const url = fillUrl(template, new Map([['queue', queue]]));
  if (url === undefined) throw failure('a name that can stand in no address', { retryable: false });
  const budget = AbortSignal.timeout(timeoutMs);
  const headers: Readonly<Record<string, string>> = key === undefined ? {} : { [key.header]: key.value };
  const { status, body } = await exchange(connections, { method: 'GET', url, headers, body: undefined }, budget).catch(
    (error: unknown) => {
      throw failure(budget.aborted ? `no answer within ${timeoutMs} ms` : 'no response', {
        retryable: true,
        cause: error,
      });
    },
  );
  if (status !== 200) throw failure(String(status), { retryable: status >= 500 || status === 429, status });
  const reading = readStatus(body);
  if (reading === undefined) throw failure('unreadable answer', { retryable: false, code: 'unreadable' });
  return reading;
}

/** Undefined when it says nothing that is understood. */
function readStatus(body: string): QueueStatus | undefined {
  try {
    const answer = statusAnswer.safeParse(JSON.parse(body)).data;
    if (answer === undefined || Object.values(answer).every((value) => value === undefined)) return undefined;
    const { open: isOpen, waitMinutes, agentsAvailable } = answer;
    return { isOpen, waitMinutes, agentsAvailable };
  } catch {
    return undefined;
  }
}

function failure(problem: string, details: ConstructorParameters<typeof PortError>[2]): PortError {
  return new PortError('queue-status', problem, details);
}
