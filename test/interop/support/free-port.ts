import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/**
 * A port nobody has at this moment, over UDP or TCP, for programs that cannot be told to choose one and say which. Neither has anybody the next:
 * a SIP program that is told a port for UDP listens there over TCP too, and some (baresip) on the next one for TLS.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const { port } = socket.address();
    const free = (await isFreeOverTcp(port)) && (await isFreeOverTcp(port + 1));
    await new Promise<void>((resolve) => socket.close(resolve));
    if (free) return port;
  }
  throw new Error('No port is free over both UDP and TCP');
}

function isFreeOverTcp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => {
      server.close(() => resolve(true));
    });
  });
}
