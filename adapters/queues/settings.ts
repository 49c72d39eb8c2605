import * as z from 'zod';
import { accessFields, accessIn, problemWithUrl } from '../http-tools/access.ts';
import type { ServiceSettings } from '../http-tools/http-service.ts';
import { hostFields, hostsIn } from '../http-tools/settings.ts';
import { milliseconds } from '../settings/fields.ts';

/** The people's own system, which says how it looks in their queues. */
export interface QueueStatusSettings extends ServiceSettings {
  /** With `{queue}`. */
  readonly url: string;
  /** How old an answer may be. */
  readonly maxAgeMs: number;
}

/** Undefined where nobody is asked. */
export const queueStatusSettings = z
  .object({
    ...hostFields,
    QUEUE_STATUS_URL: z.string().max(2_000).optional(),
    ...accessFields('QUEUE_STATUS'),
    QUEUE_STATUS_TIMEOUT_MS: milliseconds(50, 1_400).default(700),
    QUEUE_STATUS_MAX_AGE_MS: milliseconds(0, 60_000).default(10_000),
  })
  .transform((env, context): QueueStatusSettings | undefined => {
    const { QUEUE_STATUS_URL: url, QUEUE_STATUS_TOKEN_URL: tokenUrl } = env;
    if (url === undefined) return undefined;
    const hosts = hostsIn(env, context);
    const complain = (name: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [name], message });
    const problem = problemWithUrl(url, ['queue'], hosts, 'https://acd.contoso.example/queues/{queue}');
    if (problem !== undefined) complain('QUEUE_STATUS_URL', problem);
    const tokenProblem =
      tokenUrl === undefined ? undefined : problemWithUrl(tokenUrl, [], hosts, 'https://login.contoso.example/token');
    if (tokenProblem !== undefined) complain('QUEUE_STATUS_TOKEN_URL', tokenProblem);
    const access = accessIn('QUEUE_STATUS', env, hosts, complain);
    return { url, access, timeoutMs: env.QUEUE_STATUS_TIMEOUT_MS, maxAgeMs: env.QUEUE_STATUS_MAX_AGE_MS, hosts };
  });
