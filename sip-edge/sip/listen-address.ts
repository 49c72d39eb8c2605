/** Where the edge listens: `udp:127.0.0.1:5060`, `tls:[::1]:5061`. Port 0 takes a free one. */
import { isIP } from 'node:net';

export type TransportKind = 'udp' | 'tcp' | 'tls';

export interface ListenAddress {
  readonly transport: TransportKind;
  /** An IP address, without brackets. */
  readonly address: string;
  readonly port: number;
}

export function parseListenAddress(text: string): ListenAddress | undefined {
  const match = /^(udp|tcp|tls):(?:\[([0-9a-f:.]+)\]|([0-9.]+)):(\d{1,5})$/i.exec(text.trim());
  const transport = match?.[1]?.toLowerCase();
  const address = match?.[2] ?? match?.[3] ?? '';
  const port = Number(match?.[4]);
  if (transport !== 'udp' && transport !== 'tcp' && transport !== 'tls') return undefined;
  return isIP(address) === 0 || port > 65_535 ? undefined : { transport, address, port };
}

export function formatListenAddress({ transport, address, port }: ListenAddress): string {
  return `${transport}:${hostInUri(address)}:${port}`;
}

/** Every address of the machine: to listen on, never to be reached at. */
export function isWildcard(address: string): boolean {
  return isIP(address) !== 0 && /^(?:::ffff:)?[0.:]+$/i.test(address);
}

/** An IPv6 address needs brackets wherever a port may follow. */
export function hostInUri(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}
