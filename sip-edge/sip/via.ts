/** One Via value (RFC 3261 section 20.42) with rport and received (RFC 3581). */
import { parseParameters } from './uri.ts';

interface Via {
  /** As written: `UDP`, `TCP`, `TLS`. */
  readonly transport: string;
  readonly host: string;
  readonly port: number | undefined;
  readonly parameters: ReadonlyMap<string, string>;
}

export const BRANCH_COOKIE = 'z9hG4bK';

export function parseVia(text: string): Via | undefined {
  const match =
    /^\s*SIP\s*\/\s*2\.0\s*\/\s*([A-Za-z0-9.-]{1,16})\s+(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]{1,255})\s*(?::\s*(\d{1,5}))?\s*(?:;([\s\S]*))?$/.exec(
      text,
    );
  const [, transport, host, portText, parameters] = match ?? [];
  if (transport === undefined || host === undefined) return undefined;
  const port = portText === undefined ? undefined : Number(portText);
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  return { transport, host, port, parameters: parseParameters(parameters?.split(';') ?? []) };
}

export function formatVia(via: Via): string {
  const port = via.port === undefined ? '' : `:${via.port}`;
  const parameters = [...via.parameters].map(([name, value]) => (value === '' ? `;${name}` : `;${name}=${value}`));
  return `SIP/2.0/${via.transport} ${via.host}${port}${parameters.join('')}`;
}

/** What a server adds to the top Via of a request: where it really came from (RFC 3261 18.2.1, RFC 3581 section 4). */
export function stampVia(via: Via, source: { readonly address: string; readonly port: number }): Via {
  const parameters = new Map(via.parameters);
  if (parameters.has('rport')) parameters.set('rport', String(source.port));
  if (parameters.has('rport') || bare(via.host) !== bare(source.address)) parameters.set('received', source.address);
  return { ...via, parameters };
}

/** Where a response goes on an unreliable transport (RFC 3261 18.2.2, RFC 3581 section 4). */
export function responseAddress(via: Via): { readonly address: string; readonly port: number } {
  const rport = Number(via.parameters.get('rport'));
  const address = via.parameters.get('received') ?? via.host;
  return { address: bare(address), port: rport > 0 ? rport : (via.port ?? (via.transport === 'TLS' ? 5061 : 5060)) };
}

/** An address without the brackets of IPv6. */
function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '').toLowerCase();
}
