/** Mutual TLS as Direct Routing asks for it (acs-facts 6.1): 1.2 or higher, both sides show a certificate that names their FQDN. */
import { isIP } from 'node:net';
import { connect, createServer, type PeerCertificate, type TLSSocket } from 'node:tls';
import type { Log } from '../log.ts';
import { certificateNames, coversName } from './certificate-names.ts';
import type { ListenAddress } from './listen-address.ts';
import { loggable } from './loggable.ts';
import { listenStream } from './transport-stream.ts';
import {
  CONNECT_TIMEOUT_MS,
  NO_CERTIFICATE,
  type PeerCertificateFacts,
  type Receive,
  type Transport,
} from './transport.ts';

/** PEM texts. `ca` signs the certificates of the trunks. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

export function listenTls(listen: ListenAddress, tls: TlsMaterial, receive: Receive, log: Log): Promise<Transport> {
  return listenStream(
    listen,
    {
      createServer(accept) {
        const server = createServer(
          {
            cert: tls.cert,
            key: tls.key,
            ca: tls.ca,
            minVersion: 'TLSv1.2',
            requestCert: true,
            rejectUnauthorized: true,
            handshakeTimeout: CONNECT_TIMEOUT_MS,
          },
          (socket) => accept(socket, factsOf(socket)),
        );
        server.on('tlsClientError', (error, socket) => {
          log.warn({ remote: socket.remoteAddress, error: loggable(error.message) }, 'tls handshake failed');
          socket.destroy();
        });
        return server;
      },
      connect(remote, peerName, connected) {
        const socket = connect({
          host: remote.address,
          port: remote.port,
          cert: tls.cert,
          key: tls.key,
          ca: tls.ca,
          minVersion: 'TLSv1.2',
          // Server Name Indication knows no IP addresses.
          ...(isIP(peerName) === 0 ? { servername: peerName } : {}),
          checkServerIdentity: (_host: string, certificate: PeerCertificate) =>
            coversName(certificateNames(certificate), peerName)
              ? undefined
              : new Error(`the certificate does not name ${peerName}`),
        });
        socket.once('secureConnect', () => connected(factsOf(socket)));
        return socket;
      },
    },
    receive,
    log,
  );
}

function factsOf(socket: TLSSocket): PeerCertificateFacts {
  if (!socket.authorized) return NO_CERTIFICATE;
  const certificate = socket.getPeerCertificate();
  const endsAtMs = Date.parse(certificate.valid_to);
  return {
    peerNames: certificateNames(certificate),
    certificateEndsAtMs: Number.isNaN(endsAtMs) ? undefined : endsAtMs,
  };
}
