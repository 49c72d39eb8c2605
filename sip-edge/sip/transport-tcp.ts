import { connect, createServer } from 'node:net';
import type { Log } from '../log.ts';
import type { ListenAddress } from './listen-address.ts';
import { listenStream } from './transport-stream.ts';
import { NO_CERTIFICATE, type Receive, type Transport } from './transport.ts';

export function listenTcp(listen: ListenAddress, receive: Receive, log: Log): Promise<Transport> {
  return listenStream(
    listen,
    {
      createServer: (accept) => createServer((socket) => accept(socket, NO_CERTIFICATE)),
      connect(remote, _peerName, connected) {
        const socket = connect({ host: remote.address, port: remote.port, localAddress: localAddressOf(listen) });
        socket.once('connect', () => connected(NO_CERTIFICATE));
        return socket;
      },
    },
    receive,
    log,
  );
}

/** The trunk knows us by the address we listen on; a wildcard leaves the choice to the system. */
function localAddressOf({ address }: ListenAddress): string | undefined {
  return address === '0.0.0.0' || address === '::' ? undefined : address;
}
