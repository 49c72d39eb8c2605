import { z } from 'zod';
import { flag, requireSecure } from '../settings/fields.ts';

/** Where speech is recognised and made. */
export type SpeechService =
  /** A server that speaks the protocol at the service's plain paths, such as the emulator: `ws://127.0.0.1:...`. */
  | { readonly by: 'host'; readonly host: URL; readonly key: string }
  /** A resource with a domain of its own: `https://<name>.cognitiveservices.azure.com`. Without a key, the process's identity signs in. */
  | { readonly by: 'endpoint'; readonly endpoint: URL; readonly key: string | undefined }
  | { readonly by: 'region'; readonly region: string; readonly key: string };

export const speechSettings = z
  .object({
    SPEECH_ENDPOINT: z
      .url({
        protocol: /^(wss?|https?)$/,
        error: 'expected a URL such as "https://contoso.cognitiveservices.azure.com"',
      })
      .optional(),
    SPEECH_REGION: z
      .string()
      .regex(/^[a-z0-9]{3,40}$/, 'expected a region such as "westeurope"')
      .optional(),
    SPEECH_KEY: z.string().optional(),
    ALLOW_INSECURE_URLS: flag,
  })
  .superRefine((env, context) => requireSecure(env, env.ALLOW_INSECURE_URLS, ['SPEECH_ENDPOINT'], context))
  .transform((env, context): SpeechService => {
    const wrong = (name: string, message: string): SpeechService => {
      context.addIssue({ code: 'custom', path: [name], message });
      return z.NEVER;
    };
    const { SPEECH_ENDPOINT: endpoint, SPEECH_REGION: region, SPEECH_KEY: key } = env;
    if (endpoint !== undefined && /^ws/i.test(endpoint)) {
      return key === undefined
        ? wrong('SPEECH_KEY', 'expected a key: a ws or wss endpoint takes no identity')
        : { by: 'host', host: new URL(endpoint), key };
    }
    if (endpoint !== undefined) return { by: 'endpoint', endpoint: new URL(endpoint), key };
    if (region === undefined) return wrong('SPEECH_ENDPOINT', 'expected this, or SPEECH_REGION with SPEECH_KEY');
    return key === undefined
      ? wrong('SPEECH_KEY', 'expected a key: to sign in with an identity give SPEECH_ENDPOINT')
      : { by: 'region', region, key };
  });
