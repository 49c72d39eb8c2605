/** From a URI to an address to send to (RFC 3263 without SRV records: trunks carry their port in the configuration). */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Trunk } from '../trunks.ts';
import type { TransportKind } from './listen-address.ts';
import { parseUri } from './uri.ts';
import { type Endpoint, Unreachable } from './transport.ts';

interface NextHop {
  readonly transport: TransportKind;
  readonly remote: Endpoint;
}

/** `trunk` is whose peer it is: its own name leads to its configured host. Rejects with `Unreachable`. */
export async function nextHop(uriText: string, trunk: Trunk): Promise<NextHop> {
  const uri = parseUri(uriText);
  if (uri === undefined || uri.scheme === 'tel') throw new Unreachable('not a SIP URI');
  const transport = transportOf(uri.parameters.get('transport'), trunk);
  const isTrunk = uri.host === trunk.fqdn;
  const host = isTrunk ? (trunk.host ?? trunk.fqdn) : uri.host.replace(/^\[|\]$/g, '');
  const port = uri.port ?? (isTrunk ? trunk.sipSignalingPort : transport === 'tls' ? 5061 : 5060);
  return { transport, remote: { address: await addressOf(host), port } };
}

/** A TLS trunk is never spoken to in the clear, whatever its Contact says. */
function transportOf(parameter: string | undefined, trunk: Trunk): TransportKind {
  const named = parameter?.toLowerCase();
  if (trunk.transport === 'tls' || named === 'tls') return 'tls';
  return named === 'udp' || named === 'tcp' ? named : trunk.transport;
}

async function addressOf(host: string): Promise<string> {
  if (isIP(host) !== 0) return host;
  try {
    return (await lookup(host)).address;
  } catch (cause) {
    throw new Unreachable(`no address for ${host}`, { cause });
  }
}
