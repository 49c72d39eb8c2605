import { z } from 'zod';
import { hasStrayBrace, placesIn } from '#core/tools/places';
import type { HostSettings } from './settings.ts';

/** How a service knows us. Secrets come from the environment. */
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

export const secretText = z.string().regex(/^[\u{21}-\u{7e}]+$/u, 'expected printable characters without spaces');
export const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,100}$/, 'expected the name of a header, such as "X-Api-Key"');

type Complain = (name: string, message: string) => void;

/** What settings say of the access to a service, each undefined where it is not set. */
interface AccessVariables {
  readonly key: string | undefined;
  readonly keyHeader: string | undefined;
  readonly tokenUrl: string | undefined;
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
  readonly scope: string | undefined;
}

/** `prefix`: what the settings' names begin with, for complaints about them. */
export function accessIn(
  prefix: string,
  { key, keyHeader, tokenUrl, clientId = '', clientSecret = '', scope }: AccessVariables,
  { allowInsecure }: HostSettings,
  complain: Complain,
): Access {
  if (tokenUrl !== undefined) {
    if (clientId === '') complain(`${prefix}_CLIENT_ID`, `expected the id that ${prefix}_TOKEN_URL knows`);
    if (clientSecret === '') complain(`${prefix}_CLIENT_SECRET`, `expected the secret that ${prefix}_TOKEN_URL knows`);
    if (key !== undefined) complain(`${prefix}_KEY`, `expected either a key or ${prefix}_TOKEN_URL, not both`);
    if (!URL.canParse(tokenUrl)) return { by: 'nothing' };
    return { by: 'client-credentials', tokenUrl: new URL(tokenUrl), clientId, clientSecret, scope };
  }
  if (key === undefined) {
    if (!allowInsecure)
      complain(`${prefix}_KEY`, `expected a key, or ${prefix}_TOKEN_URL with the client’s id and secret`);
    return { by: 'nothing' };
  }
  return keyHeader === undefined
    ? { by: 'key', header: 'authorization', value: `Bearer ${key}` }
    : { by: 'key', header: keyHeader, value: key };
}

/** What is wrong with a URL with places in it, such as `example`; undefined when nothing is. */
export function problemWithUrl(
  template: string,
  places: readonly string[],
  { hosts, allowInsecure }: HostSettings,
  example: string,
): string | undefined {
  const used = placesIn(template);
  if (hasStrayBrace(template) || used.some((place) => !places.includes(place))) {
    return places.length === 0 ? 'expected no place in it' : `expected no place in it but {${places.join('} or {')}}`;
  }
  if (places.length > 0 && used.length === 0) return `expected {${places.join('} or {')}} in it`;
  const [, authority = ''] = /^https?:\/\/([^/?#\\]*)/.exec(template) ?? [];
  if (authority === '' || /[{}@]/.test(authority) || template.includes('#') || !URL.canParse(template)) {
    return `expected a URL such as "${example}", its host without a place`;
  }
  const { protocol, host } = new URL(template);
  if (protocol !== 'https:' && !allowInsecure) {
    return 'expected https (ALLOW_INSECURE_URLS=true allows http on one machine)';
  }
  return hosts.includes(host) ? undefined : 'its host is not in TOOL_HOSTS';
}
