import { isIP } from 'node:net';
import * as z from 'zod';
import { flag } from '../settings/fields.ts';

const SECRET_PREFIX = 'TOOL_SECRET_';

/** Where requests may go that an agent's file or a setting asks for. */
export interface HostSettings {
  /** Lower-case hosts as they stand in a URL: without a port means the scheme's own. */
  readonly hosts: readonly string[];
  /** Addresses and subnets a listed name may resolve to although they are not public. */
  readonly addresses: readonly Subnet[];
  readonly allowInsecure: boolean;
}

export interface ToolSettings extends HostSettings {
  /** By the name an agent's file calls them. */
  readonly secrets: ReadonlyMap<string, string>;
}

export interface Subnet {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly prefixBits: number;
}

/** The variables of `HostSettings`, for any fragment that needs them. */
export const hostFields = { TOOL_HOSTS: z.string().default(''), ALLOW_INSECURE_URLS: flag };

/** `TOOL_HOSTS`, and each `TOOL_SECRET_<name>` there is. */
export const toolSettings = z
  .looseObject(hostFields)
  .transform((env, context): ToolSettings => ({ ...hostsIn(env, context), secrets: secretsIn(env, context) }));

export function hostsIn(
  env: { readonly TOOL_HOSTS: string; readonly ALLOW_INSECURE_URLS: boolean },
  context: z.RefinementCtx,
): HostSettings {
  const entries = env.TOOL_HOSTS.split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '');
  const subnets = entries.map((entry) => subnetIn(entry));
  entries.forEach((entry, index) => {
    if (subnets[index] === undefined && !isHost(entry)) {
      context.addIssue({
        code: 'custom',
        path: ['TOOL_HOSTS'],
        message: `entry ${index + 1} is no host such as "crm.contoso.example" or "localhost:7071", no address and no subnet`,
      });
    }
  });
  return {
    hosts: entries.filter((entry) => !entry.includes('/')),
    addresses: subnets.filter((subnet) => subnet !== undefined),
    allowInsecure: env.ALLOW_INSECURE_URLS,
  };
}

function secretsIn(env: Readonly<Record<string, unknown>>, context: z.RefinementCtx): Map<string, string> {
  const secrets = new Map<string, string>();
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith(SECRET_PREFIX) || typeof value !== 'string') continue;
    // Sent in a header: what cannot stand there would break every request.
    if (/^[\u{21}-\u{7e}]+$/u.test(value)) secrets.set(name.slice(SECRET_PREFIX.length), value);
    else context.addIssue({ code: 'custom', path: [name], message: 'expected printable characters without spaces' });
  }
  return secrets;
}

/** Only what a URL writes in the same way is taken, so that a listed host is the host that is asked. */
function isHost(entry: string): boolean {
  const url = `https://${entry}/`;
  return /^[a-z0-9.:[\]_-]+$/.test(entry) && URL.canParse(url) && new URL(url).host === entry;
}

function subnetIn(entry: string): Subnet | undefined {
  const [address = '', prefix, ...rest] = entry.replace(/^\[(.*)\]$/, '$1').split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return undefined;
  const most = version === 4 ? 32 : 128;
  const prefixBits = prefix === undefined ? most : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
  if (prefixBits < 0 || prefixBits > most) return undefined;
  return { address, family: version === 4 ? 'ipv4' : 'ipv6', prefixBits };
}
