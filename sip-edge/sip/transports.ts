/** All listeners of the edge, and the way to a peer through the right one. */
import type { Log } from '../log.ts';
import { formatListenAddress, type ListenAddress, type TransportKind } from './listen-address.ts';
import { listenTcp } from './transport-tcp.ts';
import { listenTls, type TlsMaterial } from './transport-tls.ts';
import { listenUdp } from './transport-udp.ts';
import { type Endpoint, type Flow, type Receive, type Transport, Unreachable } from './transport.ts';

export interface Transports {
  /** As bound, in the order they were asked for. */
  readonly listening: readonly ListenAddress[];
  /** Rejects with `Unreachable`, also when nothing listens on that transport. */
  flowTo(kind: TransportKind, remote: Endpoint, peerName: string): Promise<Flow>;
  close(): Promise<void>;
}

export async function openTransports(
  addresses: readonly ListenAddress[],
  tls: TlsMaterial | undefined,
  receive: Receive,
  log: Log,
): Promise<Transports> {
  const open: Transport[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(open.map((transport) => transport.close()));
  };
  try {
    for (const address of addresses) open.push(await listen(address, tls, receive, log));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    listening: open.map((transport) => transport.listening),
    flowTo(kind, remote, peerName) {
      const transport = open.find(({ listening }) => listening.transport === kind);
      return transport === undefined
        ? Promise.reject(new Unreachable(`nothing listens on ${kind}`))
        : transport.flowTo(remote, peerName);
    },
    close,
  };
}

async function listen(
  address: ListenAddress,
  tls: TlsMaterial | undefined,
  receive: Receive,
  log: Log,
): Promise<Transport> {
  switch (address.transport) {
    case 'udp':
      return listenUdp(address, receive, log);
    case 'tcp':
      return listenTcp(address, receive, log);
    case 'tls':
      if (tls === undefined) throw new Error(`${formatListenAddress(address)} needs a certificate, a key and a CA`);
      return listenTls(address, tls, receive, log);
  }
}
