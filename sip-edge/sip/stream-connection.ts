/** One TCP or TLS connection as a flow: framing in, bounded writes out, one end. */
import type { Socket } from 'node:net';
import type { Log } from '../log.ts';
import type { TransportKind } from './listen-address.ts';
import { loggable } from './loggable.ts';
import { parseMessage } from './parse.ts';
import { StreamFramer } from './stream-framing.ts';
import { type Endpoint, type Flow, IDLE_TIMEOUT_MS, MAX_UNSENT_BYTES } from './transport.ts';
import type { PeerCertificateFacts, Receive } from './transport.ts';

const PONG = Buffer.from('\r\n');

export interface StreamConnection {
  readonly flow: Flow;
  close(): void;
}

export function streamConnection(
  socket: Socket,
  transport: TransportKind,
  certificate: PeerCertificateFacts,
  receive: Receive,
  log: Log,
): StreamConnection {
  const framer = new StreamFramer();
  const closeListeners = new Set<() => void>();
  const remote: Endpoint = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
  const local: Endpoint = { address: socket.localAddress ?? '', port: socket.localPort ?? 0 };
  let state: 'open' | 'closed' = 'open';

  const close = (): void => {
    if (state === 'closed') return;
    state = 'closed';
    socket.destroy();
    for (const listener of closeListeners) listener();
    closeListeners.clear();
  };

  const flow: Flow = {
    transport,
    local,
    remote,
    ...certificate,
    get closed() {
      return state === 'closed';
    },
    send(bytes) {
      if (state === 'closed') return;
      socket.write(bytes);
      if (socket.writableLength > MAX_UNSENT_BYTES) close();
    },
    onClose(listener) {
      if (state === 'closed') {
        listener();
        return () => undefined;
      }
      closeListeners.add(listener);
      return () => closeListeners.delete(listener);
    },
  };

  socket.setNoDelay(true);
  socket.setTimeout(IDLE_TIMEOUT_MS, close);
  socket.on('close', close);
  socket.on('end', close);
  socket.on('error', (error) => {
    log.info({ transport, remote: remote.address, error: loggable(error.message) }, 'sip connection lost');
    close();
  });
  socket.on('data', (chunk) => {
    for (const framed of framer.push(chunk)) {
      if (framed.kind === 'ping') flow.send(PONG);
      else if (framed.kind === 'message') receive(parseMessage(framed.bytes), flow);
      else {
        log.warn({ transport, remote: remote.address, reason: framed.reason }, 'sip stream cannot be followed');
        close();
        return;
      }
    }
  });
  return { flow, close };
}
