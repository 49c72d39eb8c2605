import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import { parseJson, readBody, sendJson } from '../../http/body.ts';

/**
 * refuse: the connection is cut before anything is answered. hang: never answered. slow: answered `delayMs` late. error: answered with `status`.
 * garbage: a stream that is no JSON. cut: the connection is cut in the middle of the words.
 */
const fault = z.strictObject({
  mode: z.enum(['refuse', 'hang', 'slow', 'error', 'garbage', 'cut']),
  delayMs: z.number().int().min(0).max(60_000).default(0),
  status: z.number().int().min(400).max(599).default(500),
  retryAfterMs: z.number().int().min(0).max(3_600_000).optional(),
  /** How many requests it happens to. */
  times: z.number().int().min(1).default(Number.MAX_SAFE_INTEGER),
});

export type Fault = z.infer<typeof fault>;

const MAX_BODY_BYTES = 4_096;

/** A failure asked for from outside, for the chat completions that come next. */
export class Faults {
  #active: Fault | undefined;

  take(): Fault | undefined {
    const taken = this.#active;
    if (taken !== undefined) this.#active = taken.times > 1 ? { ...taken, times: taken.times - 1 } : undefined;
    return taken;
  }

  /** `PUT /control/faults`: a fault, or null for none. */
  async put(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, MAX_BODY_BYTES);
    if (body.kind === 'aborted') return;
    const parsed = fault.nullable().safeParse(body.kind === 'too-large' ? undefined : parseJson(body.text));
    if (!parsed.success) {
      sendJson(response, 400, { error: z.prettifyError(parsed.error) });
      return;
    }
    this.#active = parsed.data ?? undefined;
    sendJson(response, 200, parsed.data);
  }
}
