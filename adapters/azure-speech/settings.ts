import * as z from 'zod';
import { flag, requireSecure } from '../settings/fields.ts';

/** Where speech is recognised and made. */
export type SpeechService =
  /** A server that speaks the protocol at the service's plain paths, such as the emulator: `ws://127.0.0.1:...`. */
  | { readonly by: 'host'; readonly host: URL; readonly key: string }
  /** A resource with a domain of its own: `https://<name>.cognitiveservices.azure.com`. Without a key, the process's identity signs in. */
  | { readonly by: 'endpoint'; readonly endpoint: URL; readonly key: string | undefined }
  | { readonly by: 'region'; readonly region: string; readonly key: string };

export interface SpeechServices {
  /** In the order they are preferred. */
  readonly services: readonly [SpeechService, ...SpeechService[]];
  /** Sockets for synthesis that are kept open and unused. */
  readonly spareSockets: number;
}

/** As many replies as may begin within the time a socket takes to open: docs/decisions/0003-second-services-and-open-connections.md has the figures. */
const SPARE_SOCKETS_DEFAULT = 8;

const endpointUrl = z
  .url({
    protocol: /^(wss?|https?)$/,
    error: 'expected a URL such as "https://contoso.cognitiveservices.azure.com"',
  })
  .optional();
const regionName = z
  .string()
  .regex(/^[a-z0-9]{3,40}$/, 'expected a region such as "westeurope"')
  .optional();

export const speechSettings = z
  .object({
    SPEECH_ENDPOINT: endpointUrl,
    SPEECH_REGION: regionName,
    SPEECH_KEY: z.string().optional(),
    SPEECH_SECONDARY_ENDPOINT: endpointUrl,
    SPEECH_SECONDARY_REGION: regionName,
    SPEECH_SECONDARY_KEY: z.string().optional(),
    SPEECH_SPARE_SOCKETS: z.coerce.number('expected a number').int().min(0).max(100).default(SPARE_SOCKETS_DEFAULT),
    ALLOW_INSECURE_URLS: flag,
  })
  .superRefine((env, context) =>
    requireSecure(env, env.ALLOW_INSECURE_URLS, ['SPEECH_ENDPOINT', 'SPEECH_SECONDARY_ENDPOINT'], context),
  )
  .transform((env, context): SpeechServices => {
    const primary = serviceOf(
      'SPEECH',
      { endpoint: env.SPEECH_ENDPOINT, region: env.SPEECH_REGION, key: env.SPEECH_KEY },
      context,
    );
    const other = {
      endpoint: env.SPEECH_SECONDARY_ENDPOINT,
      region: env.SPEECH_SECONDARY_REGION,
      key: env.SPEECH_SECONDARY_KEY,
    };
    const hasOther = Object.values(other).some((value) => value !== undefined);
    const spareSockets = env.SPEECH_SPARE_SOCKETS;
    if (!hasOther) return { services: [primary], spareSockets };
    return { services: [primary, serviceOf('SPEECH_SECONDARY', other, context)], spareSockets };
  });

interface Given {
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  readonly key: string | undefined;
}

function serviceOf(prefix: string, { endpoint, region, key }: Given, context: z.RefinementCtx): SpeechService {
  const wrong = (name: string, message: string): SpeechService => {
    context.addIssue({ code: 'custom', path: [`${prefix}_${name}`], message });
    return z.NEVER;
  };
  if (endpoint !== undefined && /^ws/i.test(endpoint)) {
    return key === undefined
      ? wrong('KEY', 'expected a key: a ws or wss endpoint takes no identity')
      : { by: 'host', host: new URL(endpoint), key };
  }
  if (endpoint !== undefined) return { by: 'endpoint', endpoint: new URL(endpoint), key };
  if (region === undefined) return wrong('ENDPOINT', `expected this, or ${prefix}_REGION with ${prefix}_KEY`);
  return key === undefined
    ? wrong('KEY', `expected a key: to sign in with an identity give ${prefix}_ENDPOINT`)
    : { by: 'region', region, key };
}
