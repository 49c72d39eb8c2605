import * as z from 'zod';
import { accessFields, accessIn, problemWithUrl } from '../http-tools/access.ts';
import type { ServiceSettings } from '../http-tools/http-service.ts';
import { hostFields, hostsIn } from '../http-tools/settings.ts';
import { milliseconds } from '../settings/fields.ts';
import { parseFields, type CustomerFields } from './customer-fields.ts';

/** A customer service over HTTP. */
export interface CustomerService extends ServiceSettings {
  /** With `{id}`. */
  readonly byIdUrl: string | undefined;
  /** With `{number}` (E.164) or `{digits}` (the same without its plus). */
  readonly byNumberUrl: string | undefined;
  /** With `{id}`. */
  readonly proofUrl: string | undefined;
  readonly fields: CustomerFields;
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

export const customerSettings = z
  .object({
    ...hostFields,
    CUSTOMERS_FILE: z.string().optional(),
    CUSTOMERS_BY_ID_URL: z.string().max(2_000).optional(),
    CUSTOMERS_BY_NUMBER_URL: z.string().max(2_000).optional(),
    CUSTOMERS_PROOF_URL: z.string().max(2_000).optional(),
    CUSTOMERS_FIELDS: z.string().max(4_000).default('id=id,name=name,language=language,facts=facts'),
    CUSTOMERS_TIMEOUT_MS: milliseconds(100, 10_000).default(TIMEOUT_DEFAULT_MS),
    ...accessFields('CUSTOMERS'),
  })
  .transform((env, context): CustomerSettings => {
    const { CUSTOMERS_BY_ID_URL: byIdUrl, CUSTOMERS_BY_NUMBER_URL: byNumberUrl } = env;
    const hosts = hostsIn(env, context);
    const complain = (name: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [name], message });
    for (const [name, places] of Object.entries(URLS)) {
      const url = env[name as keyof typeof URLS];
      const problem =
        url === undefined
          ? undefined
          : problemWithUrl(url, places, hosts, 'https://crm.contoso.example/customers/{id}');
      if (problem !== undefined) complain(name, problem);
    }
    const fields = parseFields(env.CUSTOMERS_FIELDS);
    if (typeof fields === 'string') complain('CUSTOMERS_FIELDS', fields);
    const isAsked = byIdUrl !== undefined || byNumberUrl !== undefined || env.CUSTOMERS_PROOF_URL !== undefined;
    if (!isAsked) return { file: env.CUSTOMERS_FILE, service: undefined };
    const access = accessIn('CUSTOMERS', env, hosts, complain);
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
