import * as z from 'zod';
import { flag, httpUrl, requireSecure } from '../settings/fields.ts';

/** Time for one request to the front, its one retry included. A caller listens to silence meanwhile, at a hand-over for two of them. */
const REQUEST_BUDGET_MS = 4_000;

export interface CallControlConfig {
  /** `https://<resource>.communication.azure.com`, or the SIP edge's address. */
  readonly endpoint: string;
  /** Base64; without it the process's own identity signs in. */
  readonly accessKey: string | undefined;
  /** Wanted by `playText`: ACS's voice comes from this Speech resource (acs-facts 8). */
  readonly cognitiveServicesEndpoint: string | undefined;
  readonly requestBudgetMs: number;
}

export const callControlSettings = z
  .object({
    ACS_ENDPOINT: httpUrl,
    ACS_ACCESS_KEY: z.base64('expected the access key, in base64').optional(),
    COGNITIVE_SERVICES_ENDPOINT: httpUrl.optional(),
    ALLOW_INSECURE_URLS: flag,
  })
  .superRefine((env, context) => requireSecure(env, env.ALLOW_INSECURE_URLS, ['ACS_ENDPOINT'], context))
  .transform((env): CallControlConfig => ({
    endpoint: env.ACS_ENDPOINT,
    accessKey: env.ACS_ACCESS_KEY,
    cognitiveServicesEndpoint: env.COGNITIVE_SERVICES_ENDPOINT,
    requestBudgetMs: REQUEST_BUDGET_MS,
  }));
