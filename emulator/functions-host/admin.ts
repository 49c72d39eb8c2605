import * as z from 'zod';
import type { AppFunction } from './app/functions.ts';
import { queueInvocation } from './triggers/queue-trigger.ts';
import { timerInvocation } from './triggers/timer-trigger.ts';
import type { Invocation } from './worker/functions-worker.ts';

const adminRequest = z.object({ input: z.string().max(1_048_576).optional() });

/** What a person asked the admin API to run; `undefined` where the input does not suit the trigger. */
export function adminInvocation(target: AppFunction, body: unknown, nowMs: number): Invocation | undefined {
  const request = adminRequest.safeParse(body);
  if (!request.success) return undefined;
  const input = request.data.input ?? '';
  switch (target.kind) {
    case 'timer':
      return timerInvocation(target, undefined, nowMs);
    case 'queue': {
      const [now, never] = [new Date(nowMs), new Date(nowMs + 7 * 86_400_000)];
      const message = {
        messageId: '00000000-0000-0000-0000-000000000000',
        popReceipt: '',
        dequeueCount: 1,
        insertedOn: now,
        expiresOn: never,
        nextVisibleOn: now,
      };
      return queueInvocation(target, message, input);
    }
    case 'event-grid':
      if (!isJson(input)) return undefined;
      return {
        functionId: target.functionName,
        inputData: [{ name: target.binding, data: { json: input } }],
        triggerMetadata: { data: { json: input } },
      };
    case 'http':
      // It has a route of its own, which carries more than a text.
      return undefined;
    default:
      return target satisfies never;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
