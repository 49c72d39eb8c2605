/** Proof that an endpoint wants our events, before it gets any (acs-facts 1.7). */
import { randomUUID } from 'node:crypto';
import type { HttpClient } from '../http/client.ts';
import type { EventSchema } from './incoming-call-event.ts';

const ORIGIN = 'eventgrid.azure.net';
const ANSWER_TIMEOUT_MS = 30_000;

export type Validation = { readonly kind: 'valid' } | { readonly kind: 'invalid'; readonly reason: string };

interface ValidationRequest {
  readonly name: string;
  readonly webhookUrl: string;
  readonly schema: EventSchema;
  readonly topic: string;
}

/** Never rejects, but for an abort. */
export async function validateSubscription(
  request: ValidationRequest,
  http: HttpClient,
  signal: AbortSignal,
): Promise<Validation> {
  return request.schema === 'cloud-events'
    ? validateByOptions(request, http, signal)
    : validateByCode(request, http, signal);
}

async function validateByCode(
  { name, webhookUrl, topic }: ValidationRequest,
  http: HttpClient,
  signal: AbortSignal,
): Promise<Validation> {
  const validationCode = randomUUID();
  const event = {
    id: randomUUID(),
    topic,
    subject: '',
    data: { validationCode },
    eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
    eventTime: new Date().toISOString(),
    metadataVersion: '1',
    dataVersion: '2',
  };
  const response = await http
    .send(
      {
        url: webhookUrl,
        method: 'POST',
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'aeg-event-type': 'SubscriptionValidation',
          'aeg-subscription-name': name.toUpperCase(),
          'aeg-delivery-count': '0',
        },
        body: JSON.stringify([event]),
        timeoutMs: ANSWER_TIMEOUT_MS,
      },
      signal,
    )
    .catch(() => undefined);
  if (response === undefined) return invalid('the endpoint could not be reached');
  if (response.status !== 200) return invalid(`the endpoint answered ${response.status} instead of 200`);
  return answeredCode(response.body) === validationCode
    ? { kind: 'valid' }
    : invalid('the answer has no validationResponse with the validation code');
}

function answeredCode(body: Buffer): unknown {
  try {
    const answer: unknown = JSON.parse(body.toString('utf8'));
    if (typeof answer === 'object' && answer !== null && 'validationResponse' in answer)
      return answer.validationResponse;
    return undefined;
  } catch {
    return undefined;
  }
}

/** The HTTP webhook specification of CloudEvents: OPTIONS with the origin, which the endpoint must allow. */
async function validateByOptions(
  { webhookUrl }: ValidationRequest,
  http: HttpClient,
  signal: AbortSignal,
): Promise<Validation> {
  const headers = { 'webhook-request-origin': ORIGIN };
  const response = await http
    .send({ url: webhookUrl, method: 'OPTIONS', headers, timeoutMs: ANSWER_TIMEOUT_MS }, signal)
    .catch(() => undefined);
  if (response === undefined) return invalid('the endpoint could not be reached');
  if (response.status !== 200) return invalid(`the endpoint answered ${response.status} instead of 200`);
  const allowed = response.headers['webhook-allowed-origin'];
  return allowed === ORIGIN || allowed === '*'
    ? { kind: 'valid' }
    : invalid('WebHook-Allowed-Origin does not allow us');
}

function invalid(reason: string): Validation {
  return { kind: 'invalid', reason };
}
