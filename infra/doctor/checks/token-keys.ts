import type { TokenValidatorConfig } from '#adapters/acs-tokens/token-validator';
import * as z from 'zod';
import { reasonOf } from '../../tool/reason-of.ts';
import { broken, well, type Check } from '../check.ts';

const keySet = z.object({ keys: z.array(z.object({ kty: z.string(), kid: z.string().optional() })).min(1) });

/** Whether the keys are there by which callbacks and media sockets are checked: without them every call is refused. */
export function tokenKeysCheck({ jwksUrl }: TokenValidatorConfig): Check {
  return {
    name: 'keys of the tokens',
    run: async (signal) => {
      const remedy =
        'leave ACS_JWKS_URL out for ACS; for the edge it is <edge>/calling/keys. The functions and the bridge have to reach it';
      let response: Response;
      try {
        response = await fetch(jwksUrl, { signal });
      } catch (error) {
        return broken(`${jwksUrl} does not answer: ${reasonOf(error)}`, remedy);
      }
      const keys = keySet.safeParse(await response.json().catch(() => undefined));
      return response.ok && keys.success
        ? well(`${keys.data.keys.length} at ${new URL(jwksUrl).host}`)
        : broken(`${jwksUrl} answers ${response.status} and no key set`, remedy);
    },
  };
}
