/** What TCP and TLS have in common: a listener, connections kept by peer address, new ones on demand. */
import type { Server, Socket } from 'node:net';
import type { Log } from '../log.ts';
import type { ListenAddress } from './listen-address.ts';
import { type StreamConnection, streamConnection } from './stream-connection.ts';
import { CONNECT_TIMEOUT_MS, type Endpoint, type Flow, MAX_CONNECTIONS, type Receive } from './transport.ts';
import { type PeerCertificateFacts, type Transport, Unreachable } from './transport.ts';

interface StreamSide {
  /** Binds nothing yet; `accept` is called for each connection that may carry SIP, with what its peer's certificate says. */
  createServer(accept: (socket: Socket, certificate: PeerCertificateFacts) => void): Server;
  /** Begins a connection; `connected` is called when it may carry SIP. */
  connect(remote: Endpoint, peerName: string, connected: (certificate: PeerCertificateFacts) => void): Socket;
}

export async function listenStream(
  listen: ListenAddress,
  side: StreamSide,
  receive: Receive,
  log: Log,
): Promise<Transport> {
  const connections = new Map<string, StreamConnection>();
  const connecting = new Map<string, Promise<Flow>>();
  const halfOpen = new Set<Socket>();
  let closed: Promise<void> | undefined;

  const adopt = (socket: Socket, key: string, certificate: PeerCertificateFacts): StreamConnection => {
    const connection = streamConnection(socket, listen.transport, certificate, receive, log);
    connections.set(key, connection);
    connection.flow.onClose(() => {
      if (connections.get(key) === connection) connections.delete(key);
    });
    return connection;
  };

  const server = side.createServer((socket, certificate) => {
    if (connections.size >= MAX_CONNECTIONS || closed !== undefined) {
      log.warn({ transport: listen.transport }, 'sip connection refused: too many');
      socket.destroy();
      return;
    }
    adopt(socket, keyOf({ address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 }), certificate);
  });
  server.maxConnections = MAX_CONNECTIONS;
  // A handshake that never ends holds a socket outside `connections`; they are all closed with the server.
  const accepted = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    accepted.add(socket);
    socket.once('close', () => accepted.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: listen.address, port: listen.port, exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  server.on('error', (error) => log.warn({ transport: listen.transport, error: error.message }, 'sip listener error'));

  const connect = (remote: Endpoint, peerName: string, key: string): Promise<Flow> =>
    new Promise((resolve, reject) => {
      const socket = side.connect(remote, peerName, (certificate) => {
        settle();
        resolve(adopt(socket, key, certificate).flow);
      });
      const fail = (reason: string): void => {
        settle();
        socket.destroy();
        reject(new Unreachable(reason));
      };
      const onError = (error: Error): void => fail(error.message);
      const onClose = (): void => fail('connection closed');
      const timer = setTimeout(() => fail('no connection in time'), CONNECT_TIMEOUT_MS);
      const settle = (): void => {
        clearTimeout(timer);
        halfOpen.delete(socket);
        socket.off('close', onClose);
        // The error listener stays: destroying a socket in its handshake may still report an error.
      };
      halfOpen.add(socket);
      socket.on('error', onError);
      socket.on('close', onClose);
    });

  const address = server.address();
  return {
    listening: { ...listen, port: typeof address === 'object' && address !== null ? address.port : listen.port },
    flowTo(remote, peerName) {
      const key = keyOf(remote);
      const open = connections.get(key)?.flow;
      if (open !== undefined) return Promise.resolve(open);
      if (closed !== undefined || connections.size >= MAX_CONNECTIONS) {
        return Promise.reject(new Unreachable('no more connections'));
      }
      const pending = connecting.get(key) ?? connect(remote, peerName, key).finally(() => connecting.delete(key));
      connecting.set(key, pending);
      return pending;
    },
    close() {
      closed ??= new Promise((resolve) => {
        server.close(() => resolve());
        for (const connection of connections.values()) connection.close();
        for (const socket of [...halfOpen, ...accepted]) socket.destroy();
      });
      return closed;
    },
  };
}

function keyOf({ address, port }: Endpoint): string {
  return `${address}:${port}`;
}
