import * as z from 'zod';
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

const secretText = z.string().regex(/^[\u{21}-\u{7e}]+$/u, 'expected printable characters without spaces');
const headerName = z.string().regex(/^[A-Za-z0-9-]{1,100}$/, 'expected the name of a header, such as "X-Api-Key"');

type Complain = (name: string, message: string) => void;

type AccessField = 'KEY' | 'KEY_HEADER' | 'TOKEN_URL' | 'CLIENT_ID' | 'CLIENT_SECRET' | 'SCOPE';
type AccessName<Prefix extends string> = `${Prefix}_${AccessField}`;

/** The variables of a service's access, for its fragment. `prefix`: what their names begin with. */
export function accessFields<Prefix extends string>(
  prefix: Prefix,
): { readonly [Name in AccessName<Prefix>]: z.ZodOptional<z.ZodString> } {
  const fields = {
    [`${prefix}_KEY`]: secretText.optional(),
    [`${prefix}_KEY_HEADER`]: headerName.optional(),
    [`${prefix}_TOKEN_URL`]: z.string().max(2_000).optional(),
    [`${prefix}_CLIENT_ID`]: z.string().max(500).optional(),
    [`${prefix}_CLIENT_SECRET`]: z.string().max(2_000).optional(),
    [`${prefix}_SCOPE`]: z.string().max(2_000).optional(),
  };
  return fields as ReturnType<typeof accessFields<Prefix>>;
}

/** What the settings whose names begin with `prefix` say of the access to a service. */
export function accessIn<Prefix extends string>(
  prefix: Prefix,
  env: { readonly [Name in AccessName<Prefix>]?: string | undefined },
  { allowInsecure }: HostSettings,
  complain: Complain,
): Access {
  const read = (field: AccessField): string | undefined => env[`${prefix}_${field}`];
  const [key, keyHeader, tokenUrl] = [read('KEY'), read('KEY_HEADER'), read('TOKEN_URL')];
  if (tokenUrl !== undefined) {
    const [clientId = '', clientSecret = '', scope] = [read('CLIENT_ID'), read('CLIENT_SECRET'), read('SCOPE')];
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
