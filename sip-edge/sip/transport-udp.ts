import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import type { Log } from '../log.ts';
import type { ListenAddress } from './listen-address.ts';
import { parseMessage } from './parse.ts';
import { type Endpoint, type Flow, NO_CERTIFICATE, type Receive, type Transport } from './transport.ts';

/** A burst of calls is several hundred kilobytes of INVITEs. */
const SOCKET_BUFFER_BYTES = 1_048_576;

export async function listenUdp(listen: ListenAddress, receive: Receive, log: Log): Promise<Transport> {
  const socket = createSocket({ type: isIP(listen.address) === 6 ? 'udp6' : 'udp4' });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address: listen.address, port: listen.port, exclusive: true }, () => {
      socket.off('error', reject);
      resolve();
    });
  });
  // After binding, an error is about one datagram; the next may pass.
  socket.on('error', (error) => log.warn({ error: error.message }, 'sip socket error'));
  socket.setRecvBufferSize(SOCKET_BUFFER_BYTES);
  const local: Endpoint = { address: listen.address, port: socket.address().port };
  let closed: Promise<void> | undefined;

  const flow = (remote: Endpoint): Flow => ({
    transport: 'udp',
    local,
    remote,
    ...NO_CERTIFICATE,
    closed: false,
    send(bytes) {
      if (closed !== undefined) return;
      socket.send(bytes, remote.port, remote.address, (error) => {
        if (error !== null) log.warn({ error: error.message }, 'sip datagram not sent');
      });
    },
    onClose: () => () => undefined,
  });

  socket.on('message', (bytes, { address, port }) => {
    receive(parseMessage(bytes), flow({ address, port }));
  });

  return {
    listening: { ...listen, port: local.port },
    flowTo: (remote) => Promise.resolve(flow(remote)),
    close() {
      closed ??= new Promise((resolve) => {
        socket.close(resolve);
      });
      return closed;
    },
  };
}
