import { z } from 'zod';
import { hasStrayBrace, placesIn } from '#core/tools/places';
import { hostFields, hostsIn, type HostSettings } from '../http-tools/settings.ts';
import { milliseconds } from '../settings/fields.ts';
import { parseFields, type CustomerFields } from './customer-fields.ts';

/** How the service knows us. Secrets come from the environment. */
export type Access =
  /** On one machine only. */
  | { readonly by: 'nothing' }
  | { readonly by: 'key'; readonly header: string; readonly value: string }
  /** OAuth 2.0 client credentials (RFC 6749 section 4.4). */
  | {
      readonly by: 'client-credentials';
      readonly tokenUrl: URL;
      readonly clientId: string;
      readonly clientSecret: string;
      readonly scope: string | undefined;
    };

/** A customer service over HTTP. */
export interface CustomerService {
  /** With `{id}`. */
  readonly byIdUrl: string | undefined;
  /** With `{number}` (E.164) or `{digits}` (the same without its plus). */
  readonly byNumberUrl: string | undefined;
  /** With `{id}`. */
  readonly proofUrl: string | undefined;
  readonly access: Access;
  readonly fields: CustomerFields;
  /** For one question, with its token and whatever is tried again. */
  readonly timeoutMs: number;
  readonly hosts: HostSettings;
}

export interface CustomerSettings {
  readonly file: string | undefined;
  readonly service: CustomerService | undefined;
}

const TIMEOUT_DEFAULT_MS = 1_500;

/** Which places a URL may have; one of them it must. */
const URLS = {
  CUSTOMERS_BY_ID_URL: ['id'],
  CUSTOMERS_BY_NUMBER_URL: ['number', 'digits'],
  CUSTOMERS_PROOF_URL: ['id'],
  CUSTOMERS_TOKEN_URL: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

const secret = z.string().regex(/^[\u{21}-\u{7e}]+$/u, 'expected printable characters without spaces');

export const customerSettings = z
  .object({
    ...hostFields,
    CUSTOMERS_FILE: z.string().optional(),
    CUSTOMERS_BY_ID_URL: z.string().max(2_000).optional(),
    CUSTOMERS_BY_NUMBER_URL: z.string().max(2_000).optional(),
    CUSTOMERS_PROOF_URL: z.string().max(2_000).optional(),
    CUSTOMERS_FIELDS: z.string().max(4_000).default('id=id,name=name,language=language,facts=facts'),
    CUSTOMERS_TIMEOUT_MS: milliseconds(100, 10_000).default(TIMEOUT_DEFAULT_MS),
    CUSTOMERS_KEY: secret.optional(),
    CUSTOMERS_KEY_HEADER: z
      .string()
      .regex(/^[A-Za-z0-9-]{1,100}$/, 'expected the name of a header, such as "X-Api-Key"')
      .optional(),
    CUSTOMERS_TOKEN_URL: z.string().max(2_000).optional(),
    CUSTOMERS_CLIENT_ID: z.string().max(500).optional(),
    CUSTOMERS_CLIENT_SECRET: z.string().max(2_000).optional(),
    CUSTOMERS_SCOPE: z.string().max(2_000).optional(),
  })
  .transform((env, context): CustomerSettings => {
    const { CUSTOMERS_BY_ID_URL: byIdUrl, CUSTOMERS_BY_NUMBER_URL: byNumberUrl } = env;
    const hosts = hostsIn(env, context);
    const complain = (name: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [name], message });
    for (const [name, places] of Object.entries(URLS)) {
      const url = env[name as keyof typeof URLS];
      const problem = url === undefined ? undefined : problemWithUrl(url, places, hosts);
      if (problem !== undefined) complain(name, problem);
    }
    const fields = parseFields(env.CUSTOMERS_FIELDS);
    if (typeof fields === 'string') complain('CUSTOMERS_FIELDS', fields);
    const isAsked = byIdUrl !== undefined || byNumberUrl !== undefined || env.CUSTOMERS_PROOF_URL !== undefined;
    if (!isAsked) return { file: env.CUSTOMERS_FILE, service: undefined };
    const access = accessIn(env, complain);
    if (access.by === 'nothing' && !hosts.allowInsecure) {
      complain('CUSTOMERS_KEY', 'expected a key, or CUSTOMERS_TOKEN_URL with the client’s id and secret');
    }
    if (typeof fields === 'string') return z.NEVER;
    return {
      file: env.CUSTOMERS_FILE,
      service: {
        byIdUrl,
        byNumberUrl,
        proofUrl: env.CUSTOMERS_PROOF_URL,
        access,
        fields,
        timeoutMs: env.CUSTOMERS_TIMEOUT_MS,
        hosts,
      },
    };
  });

interface AccessVariables {
  readonly CUSTOMERS_KEY?: string | undefined;
  readonly CUSTOMERS_KEY_HEADER?: string | undefined;
  readonly CUSTOMERS_TOKEN_URL?: string | undefined;
  readonly CUSTOMERS_CLIENT_ID?: string | undefined;
  readonly CUSTOMERS_CLIENT_SECRET?: string | undefined;
  readonly CUSTOMERS_SCOPE?: string | undefined;
}

function accessIn(env: AccessVariables, complain: (name: string, message: string) => void): Access {
  const { CUSTOMERS_KEY: key, CUSTOMERS_KEY_HEADER: header, CUSTOMERS_TOKEN_URL: tokenUrl } = env;
  if (tokenUrl !== undefined) {
    const { CUSTOMERS_CLIENT_ID: clientId = '', CUSTOMERS_CLIENT_SECRET: clientSecret = '' } = env;
    if (clientId === '') complain('CUSTOMERS_CLIENT_ID', 'expected the id that CUSTOMERS_TOKEN_URL knows');
    if (clientSecret === '') complain('CUSTOMERS_CLIENT_SECRET', 'expected the secret that CUSTOMERS_TOKEN_URL knows');
    if (key !== undefined) complain('CUSTOMERS_KEY', 'expected either a key or CUSTOMERS_TOKEN_URL, not both');
    if (!URL.canParse(tokenUrl)) return { by: 'nothing' };
    return {
      by: 'client-credentials',
      tokenUrl: new URL(tokenUrl),
      clientId,
      clientSecret,
      scope: env.CUSTOMERS_SCOPE,
    };
  }
  if (key === undefined) return { by: 'nothing' };
  return header === undefined
    ? { by: 'key', header: 'authorization', value: `Bearer ${key}` }
    : { by: 'key', header, value: key };
}

function problemWithUrl(template: string, places: readonly string[], hosts: HostSettings): string | undefined {
  const used = placesIn(template);
  if (hasStrayBrace(template) || used.some((place) => !places.includes(place))) {
    return places.length === 0 ? 'expected no place in it' : `expected no place in it but {${places.join('} or {')}}`;
  }
  if (places.length > 0 && used.length === 0) return `expected {${places.join('} or {')}} in it`;
  const [, authority = ''] = /^https?:\/\/([^/?#\\]*)/.exec(template) ?? [];
  if (authority === '' || /[{}@]/.test(authority) || template.includes('#') || !URL.canParse(template)) {
    return 'expected a URL such as "https://crm.contoso.example/customers/{id}", its host without a place';
  }
  const { protocol, host } = new URL(template);
  if (protocol !== 'https:' && !hosts.allowInsecure) {
    return 'expected https (ALLOW_INSECURE_URLS=true allows http on one machine)';
  }
  return hosts.hosts.includes(host) ? undefined : 'its host is not in TOOL_HOSTS';
}
