import { randomBytes, randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { incomingCallEvent } from '../../support/function-services.ts';
import type { CallAutomation } from './call-automation.ts';

/** The service's own are 8 to 12 kB (acs-facts 1.3). */
const CONTEXT_BYTES = 7_500;
const ANSWER_TIMEOUT_MS = 10_000;

export interface Deliveries {
  readonly webhookUrl: string;
  readonly callAutomation: CallAutomation;
  /** Calls offered in all. */
  readonly count: number;
  /** How many ring at once; the next ones ring when all of these are answered. */
  readonly atOnce: number;
  readonly signal: AbortSignal;
}

/** Rings so many times. From each delivery of IncomingCall, its first byte not yet sent, to the arrival of the answer request, in milliseconds. */
export async function deliver({ webhookUrl, callAutomation, count, atOnce, signal }: Deliveries): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const tookMs: number[] = [];
  try {
    while (tookMs.length < count) {
      signal.throwIfAborted();
      const ringing = Array.from({ length: Math.min(atOnce, count - tookMs.length) }, () =>
        ring(webhookUrl, callAutomation, agent),
      );
      tookMs.push(...(await Promise.all(ringing)));
    }
    return tookMs;
  } finally {
    agent.destroy();
  }
}

async function ring(webhookUrl: string, callAutomation: CallAutomation, agent: Agent): Promise<number> {
  const incomingCallContext = randomBytes(CONTEXT_BYTES).toString('base64url');
  const event = incomingCallEvent(
    {
      incomingCallContext,
      correlationId: randomUUID(),
      serverCallId: randomBytes(80).toString('base64'),
    },
    { id: randomUUID(), eventTime: new Date().toISOString() },
  );
  const body = Buffer.from(JSON.stringify([event]));
  const answered = callAutomation.answered(incomingCallContext);
  const startMs = performance.now();
  const delivered = post(webhookUrl, body, agent);
  const answeredMs = await Promise.race([answered, delivered.then(() => answered), tooLate()]);
  // The next call rings when this one is done with: its row is written after the answer.
  await delivered;
  return answeredMs - startMs;
}

function tooLate(): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error('a call was not answered')), ANSWER_TIMEOUT_MS).unref();
  });
}

/** Resolves when Event Grid would be content. */
function post(url: string, body: Buffer, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': body.byteLength,
      'aeg-event-type': 'Notification',
    };
    const sending = request(url, { method: 'POST', headers, agent }, (response) => {
      response.resume();
      response.once('end', () => {
        if (response.statusCode === 200 || response.statusCode === 202) resolve();
        else reject(new Error(`the functions host answered ${response.statusCode ?? 0}`));
      });
      response.once('error', reject);
    });
    sending.once('error', reject);
    sending.end(body);
  });
}
