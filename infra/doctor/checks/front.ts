import { SipRoutingClient } from '@azure/communication-phone-numbers';
import type { CallControlConfig } from '#adapters/call-automation/settings';
import { lazyAzureCredential } from '#adapters/identity/lazy-credential';
import { FRONT_ABILITIES, type Front } from '#core/telephony/front';
import { reasonOf } from '../../tool/reason-of.ts';
import { broken, well, type Check } from '../check.ts';

/** Tokens live five minutes; the signed date of a request is refused when it is further away. */
const SKEW_MAX_MS = 60_000;

/** Whether the front takes our signature, asked with a request that changes nothing. */
export function signatureCheck({ endpoint, accessKey }: CallControlConfig, front: Front): Check {
  return {
    name: 'Communication Services, sign in',
    run: async (abortSignal) => {
      const options = { allowInsecureConnection: endpoint.startsWith('http://'), retryOptions: { maxRetries: 0 } };
      const client =
        accessKey === undefined
          ? new SipRoutingClient(endpoint, lazyAzureCredential(), options)
          : new SipRoutingClient(endpoint, { key: accessKey }, options);
      try {
        let trunks = 0;
        for await (const _trunk of client.listTrunks({ abortSignal })) trunks += 1;
        // The SBCs of Teams are not the resource's.
        const needsTrunk = FRONT_ABILITIES[front].called === 'number';
        return trunks === 0 && needsTrunk
          ? {
              kind: 'worth-knowing',
              problem: 'signed in; the resource has no SBC',
              remedy: 'transfers need one: docs/direct-routing.md. Calls that come in over the edge do not',
            }
          : well(`signed in ${accessKey === undefined ? 'by identity' : 'by key'}; ${trunks} SBCs`);
      } catch (error) {
        const status = (error as { readonly statusCode?: unknown }).statusCode;
        if (status === 401 || status === 403) {
          return accessKey === undefined
            ? broken(
                `the identity is refused with ${status}`,
                'grant it the role Communication and Email Service Owner on the resource (infra/modules/communication-role.bicep)',
              )
            : broken(
                `ACS_ACCESS_KEY is refused with ${status}`,
                'take the key of this resource from the portal; look at the clock of this machine too',
              );
        }
        return broken(
          reasonOf(error),
          'look at ACS_ENDPOINT: https://<resource>.communication.azure.com, or the address of the edge',
        );
      }
    },
  };
}

/** Every answer tells the time. */
export function clockCheck({ endpoint }: CallControlConfig): Check {
  return {
    name: 'clock',
    run: async (signal) => {
      const asked = Date.now();
      const response = await fetch(endpoint, { signal, redirect: 'manual' }).catch((error: unknown) => {
        throw new Error(`ACS_ENDPOINT does not answer: ${reasonOf(error)}`);
      });
      await response.body?.cancel();
      const told = Date.parse(response.headers.get('date') ?? '');
      if (Number.isNaN(told)) return well('not told by the front');
      const skewMs = told - (asked + Date.now()) / 2;
      return Math.abs(skewMs) > SKEW_MAX_MS
        ? broken(
            `this machine is ${Math.abs(Math.round(skewMs / 1_000))} s ${skewMs > 0 ? 'behind' : 'ahead of'} the front`,
            'switch time synchronisation on: signed requests and tokens are refused by such a clock',
          )
        : well('within a minute of the front');
    },
  };
}
