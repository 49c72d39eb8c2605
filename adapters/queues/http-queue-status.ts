import * as z from 'zod';
import type { QueueStatus } from '#core/handover/queue-status';
import { PortError } from '#core/ports/error';
import type { QueueStatusSource } from '#core/ports/queue-status-source';
import { fillUrl } from '#core/tools/request';
import { untilAborted } from '#core/until-aborted';
import { openService, type OpenService, type ServiceSurroundings } from '../http-tools/http-service.ts';
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
export function httpQueueStatus(
  settings: QueueStatusSettings,
  surroundings: Omit<ServiceSurroundings, 'port'>,
): HttpQueueStatus {
  const service = openService(settings, { ...surroundings, port: 'queue-status' });
  const known = new Map<string, Known>();
  return {
    read: (queue, signal) => {
      const nowMs = surroundings.clock.monotonicMs();
      const last = known.get(queue);
      const current =
        last !== undefined && nowMs - last.askedAtMs <= settings.maxAgeMs
          ? last
          : { status: ask(queue, service), askedAtMs: nowMs };
      known.set(queue, current);
      // Whoever asked may be gone by then: it is no failure of anybody who waits.
      current.status.catch(() => undefined);
      return untilAborted(current.status, signal);
    },
    close: () => service.close(),
  };
}

async function ask(queue: string, service: OpenService<QueueStatusSettings>): Promise<QueueStatus> {
  const url = fillUrl(service.settings.url, new Map([['queue', queue]]));
  if (url === undefined) throw failure('a name that can stand in no address', { retryable: false });
  // Bounded by its own time-out, and by nothing else: several callers may wait for it.
  const { signal } = new AbortController();
  const { status, body } = await service.ask('queue-status', { method: 'GET', url, body: undefined }, signal);
  if (status !== 200) throw failure(String(status), { retryable: false, status });
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
