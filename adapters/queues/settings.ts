import { z } from 'zod';
import { hasStrayBrace, placesIn } from '#core/tools/places';
import { hostFields, hostsIn, type HostSettings } from '../http-tools/settings.ts';
import { milliseconds } from '../settings/fields.ts';

/** The people's own system, which says how it looks in their queues. */
export interface QueueStatusSettings {
  /** With `{queue}`. */
  readonly url: string;
  /** How it knows us; undefined on one machine only. */
  readonly key: { readonly header: string; readonly value: string } | undefined;
  readonly timeoutMs: number;
  /** How old an answer may be. */
  readonly maxAgeMs: number;
  readonly hosts: HostSettings;
}

/** Undefined where nobody is asked. */
export const queueStatusSettings = z
  .object({
    ...hostFields,
    QUEUE_STATUS_URL: z.string().max(2_000).optional(),
    QUEUE_STATUS_KEY: z
      .string()
      .regex(/^[\u{21}-\u{7e}]+$/u, 'expected printable characters without spaces')
      .optional(),
    QUEUE_STATUS_KEY_HEADER: z
      .string()
      .regex(/^[A-Za-z0-9-]{1,100}$/, 'expected the name of a header, such as "X-Api-Key"')
      .optional(),
    QUEUE_STATUS_TIMEOUT_MS: milliseconds(50, 1_400).default(700),
    QUEUE_STATUS_MAX_AGE_MS: milliseconds(0, 60_000).default(10_000),
  })
  .transform((env, context): QueueStatusSettings | undefined => {
    const { QUEUE_STATUS_URL: url, QUEUE_STATUS_KEY: key, QUEUE_STATUS_KEY_HEADER: header } = env;
    if (url === undefined) return undefined;
    const hosts = hostsIn(env, context);
    const problem = problemWithUrl(url, hosts);
    if (problem !== undefined) context.addIssue({ code: 'custom', path: ['QUEUE_STATUS_URL'], message: problem });
    if (key === undefined && !hosts.allowInsecure) {
      context.addIssue({
        code: 'custom',
        path: ['QUEUE_STATUS_KEY'],
        message: 'expected the key that the URL asks for',
      });
    }
    return {
      url,
      key:
        key === undefined
          ? undefined
          : { header: header ?? 'authorization', value: header === undefined ? `Bearer ${key}` : key },
      timeoutMs: env.QUEUE_STATUS_TIMEOUT_MS,
      maxAgeMs: env.QUEUE_STATUS_MAX_AGE_MS,
      hosts,
    };
  });

function problemWithUrl(template: string, { hosts, allowInsecure }: HostSettings): string | undefined {
  const used = placesIn(template);
  if (hasStrayBrace(template) || used.length === 0 || used.some((place) => place !== 'queue')) {
    return 'expected {queue} in it, and no other place';
  }
  const [, authority = ''] = /^https?:\/\/([^/?#\\]*)/.exec(template) ?? [];
  if (authority === '' || /[{}@]/.test(authority) || template.includes('#') || !URL.canParse(template)) {
    return 'expected a URL such as "https://acd.contoso.example/queues/{queue}", its host without a place';
  }
  const { protocol, host } = new URL(template);
  if (protocol !== 'https:' && !allowInsecure) {
    return 'expected https (ALLOW_INSECURE_URLS=true allows http on one machine)';
  }
  return hosts.includes(host) ? undefined : 'its host is not in TOOL_HOSTS';
}
