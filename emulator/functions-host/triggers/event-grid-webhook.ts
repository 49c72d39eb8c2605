import type { IncomingHttpHeaders } from 'node:http';
import * as z from 'zod';
import type { EventGridFunction } from '../app/functions.ts';
import type { Reply } from '../http/reply.ts';
import { parseJsonBody } from '../http/request-body.ts';
import type { Invocation, InvocationOutcome } from '../worker/functions-worker.ts';

/** Event Grid's own limit for a batch is 1 MB (acs-facts 1.9: preferred size up to 1024 kB); the envelope may add to it. */
export const EVENTS_MAX_BYTES = 2 * 1_048_576;

const validationBatch = z.array(z.looseObject({ data: z.looseObject({ validationCode: z.string().min(1) }) })).min(1);
const events = z.union([z.array(z.looseObject({})), z.looseObject({}).transform((event) => [event])]);

export interface EventGridRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly functionName: string | null;
  readonly bytes: Buffer;
}

/**
 * The Event Grid extension's endpoint, `/runtime/webhooks/eventgrid?functionName=...`: answers both subscription handshakes itself, and
 * turns a batch into one invocation an event. One failure fails the batch, so Event Grid sends all of it again. The key is checked before.
 */
export async function answerEventGrid(
  { method, headers, functionName, bytes }: EventGridRequest,
  functions: readonly EventGridFunction[],
  invoke: (invocation: Invocation) => Promise<InvocationOutcome>,
): Promise<Reply> {
  const target = functions.find((candidate) => candidate.functionName.toLowerCase() === functionName?.toLowerCase());
  if (!target) return { status: 404, body: 'cannot find the function' };
  if (method === 'OPTIONS') return cloudEventsHandshake(headers);
  if (method !== 'POST') return { status: 405, headers: { allow: 'POST, OPTIONS' } };
  switch (eventTypeOf(headers)) {
    case 'subscriptionvalidation':
      return eventGridHandshake(bytes);
    case 'notification':
      return deliver(bytes, target, invoke);
    case 'unsubscribe':
    case 'subscriptiondeletion':
      return { status: 202 };
    default:
      return { status: 400, body: 'aeg-event-type is not one that is known' };
  }
}

/** Event Grid marks every request; a CloudEvents sender that is not Event Grid is told by its content type. */
function eventTypeOf(headers: IncomingHttpHeaders): string {
  const marked = headers['aeg-event-type'];
  if (typeof marked === 'string') return marked.toLowerCase();
  return /^application\/cloudevents/i.test(headers['content-type'] ?? '') ? 'notification' : '';
}

/** CloudEvents web hook, section 4 (acs-facts 1.7). */
function cloudEventsHandshake(headers: IncomingHttpHeaders): Reply {
  const origin = headers['webhook-request-origin'];
  if (typeof origin !== 'string') return { status: 400, body: 'WebHook-Request-Origin is missing' };
  return {
    status: 200,
    headers: { 'webhook-allowed-origin': origin, 'webhook-allowed-rate': '*', allow: 'POST' },
  };
}

/** acs-facts 1.7. */
function eventGridHandshake(bytes: Buffer): Reply {
  const batch = validationBatch.safeParse(parseJsonBody(bytes));
  const code = batch.data?.[0]?.data.validationCode;
  if (code === undefined) return { status: 400, body: 'not a subscription validation event' };
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ validationResponse: code }),
  };
}

async function deliver(
  bytes: Buffer,
  { functionName, binding }: EventGridFunction,
  invoke: (invocation: Invocation) => Promise<InvocationOutcome>,
): Promise<Reply> {
  const batch = events.safeParse(parseJsonBody(bytes));
  if (!batch.success) return { status: 400, body: 'the body is no event and no list of events' };
  const outcomes = await Promise.all(
    batch.data.map((event) => {
      const json = JSON.stringify(event);
      return invoke({
        functionId: functionName,
        inputData: [{ name: binding, data: { json } }],
        triggerMetadata: { data: { json } },
      });
    }),
  );
  if (outcomes.some(({ kind }) => kind === 'failed')) return { status: 500, body: 'the function failed' };
  if (outcomes.some(({ kind }) => kind === 'busy')) return { status: 429 };
  return { status: 202 };
}
