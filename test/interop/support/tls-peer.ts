import { readFile } from 'node:fs/promises';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CERTIFICATES = fileURLToPath(new URL('../../fixtures/sip-tls/', import.meta.url));

async function material(name: string): Promise<{ readonly cert: string; readonly key: string; readonly ca: string }> {
  const read = (file: string): Promise<string> => readFile(join(CERTIFICATES, file), 'utf8');
  return { cert: await read(`${name}.pem`), key: await read(`${name}.key`), ca: await read('ca.pem') };
}

/** Speaks TLS with the edge's certificate, takes whatever comes, and never answers. */
export async function silentService(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const sockets = new Set<TLSSocket>();
  const server = createServer({ ...(await material('edge')), requestCert: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The silent service has no port');
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Sends one request over a connection with that certificate; gives the answer as it came. Rejects when there is none. */
export async function requestOverTls(
  port: number,
  method: 'INVITE' | 'OPTIONS',
  certificate: 'edge' | 'stranger',
): Promise<string> {
  const number = '+15551234567';
  const request = [
    `${method} sip:${number}@sbc.enterprise.test:${port};transport=tls SIP/2.0`,
    'Via: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bK-asked;rport',
    'From: <sip:+14255550100@edge.trunkline.test>;tag=asked',
    `To: <sip:${number}@sbc.enterprise.test>`,
    'Call-ID: asked',
    `CSeq: 1 ${method}`,
    'Contact: <sip:edge.trunkline.test:5061;transport=tls>',
    'Max-Forwards: 70',
    'Content-Length: 0',
  ];
  const tls = await material(certificate);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, ...tls, servername: 'sbc.enterprise.test' });
    const finish = (settle: () => void): void => {
      socket.destroy();
      settle();
    };
    socket.setTimeout(10_000, () => finish(() => reject(new Error('no answer over TLS'))));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the connection was closed without an answer')));
    socket.on('data', (data: Buffer) => finish(() => resolve(data.toString())));
    socket.write(`${request.join('\r\n')}\r\n\r\n`);
  });
}
