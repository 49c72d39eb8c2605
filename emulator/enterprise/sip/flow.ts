import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { MESSAGE_MAX_BYTES, MessageFramer } from './framing.ts';

export type SipTransport = 'tcp' | 'udp';

/**
 * One way to one peer: a TCP connection, or a UDP port and the peer's address. Requests and responses of a dialog stay on the
 * flow it began on (RFC 5626), so no name has to be resolved. Has the shape that sip.js wants of a transport.
 */
export interface Flow {
  readonly protocol: 'TCP' | 'UDP';
  /** `host:port` of the peer. */
  readonly remote: string;
  send(message: string): Promise<void>;
}

interface FlowListener {
  onMessage(message: string, flow: Flow): void;
  /** The connection is gone; UDP flows never say so. */
  onFlowLost(flow: Flow): void;
}

/** The listening sockets of one SIP endpoint, and the connections it has. */
export class Flows {
  readonly tcpPort: number;
  readonly udpPort: number;
  readonly #server: Server;
  readonly #udp: UdpSocket;
  readonly #listener: FlowListener;
  readonly #sockets = new Set<Socket>();
  readonly #outgoing = new Map<string, Promise<Flow>>();
  readonly #udpFlows = new Map<string, Flow>();

  private constructor(server: Server, udp: UdpSocket, listener: FlowListener) {
    this.#server = server;
    this.#udp = udp;
    this.#listener = listener;
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('SIP listener has no port');
    this.tcpPort = address.port;
    this.udpPort = udp.address().port;
    server.on('connection', (socket) => this.#adopt(socket));
    udp.on('message', (datagram, { address: host, port }) => {
      if (datagram.length <= MESSAGE_MAX_BYTES)
        listener.onMessage(datagram.toString('utf8'), this.#udpFlow(host, port));
    });
    // ICMP errors of single datagrams: the transaction that gets no answer times out.
    udp.on('error', () => undefined);
  }

  /** Port 0 takes a free one. */
  static async listen(host: string, ports: { tcp: number; udp: number }, listener: FlowListener): Promise<Flows> {
    const server = createServer();
    server.listen(ports.tcp, host);
    await once(server, 'listening');
    const udp = createSocket('udp4');
    try {
      udp.bind(ports.udp, host);
      await once(udp, 'listening');
    } catch (error) {
      server.close();
      udp.close();
      throw error;
    }
    return new Flows(server, udp, listener);
  }

  /** A flow to the peer; a TCP connection is made once and kept. */
  to(transport: SipTransport, host: string, port: number): Promise<Flow> {
    if (transport === 'udp') return Promise.resolve(this.#udpFlow(host, port));
    const key = `${host}:${port}`;
    const known = this.#outgoing.get(key);
    if (known) return known;
    const opening = this.#connect(host, port);
    this.#outgoing.set(key, opening);
    opening.catch(() => this.#outgoing.delete(key));
    return opening;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closed = Promise.all([once(this.#server, 'close'), once(this.#udp, 'close')]);
    this.#server.close();
    this.#udp.close();
    await closed;
  }

  async #connect(host: string, port: number): Promise<Flow> {
    const socket = connect({ host, port });
    await once(socket, 'connect');
    const flow = this.#adopt(socket);
    socket.once('close', () => this.#outgoing.delete(`${host}:${port}`));
    return flow;
  }

  #adopt(socket: Socket): Flow {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    const framer = new MessageFramer();
    const flow: Flow = {
      protocol: 'TCP',
      remote: `${socket.remoteAddress ?? ''}:${socket.remotePort ?? 0}`,
      send: (message) =>
        new Promise((resolve, reject) => {
          socket.write(message, (error) => (error ? reject(error) : resolve()));
        }),
    };
    socket.on('data', (chunk) => {
      try {
        for (const message of framer.push(chunk)) this.#listener.onMessage(message, flow);
      } catch (error) {
        socket.destroy(error instanceof Error ? error : undefined);
      }
    });
    // 'close' follows and says what has to be said.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#listener.onFlowLost(flow);
    });
    return flow;
  }

  #udpFlow(host: string, port: number): Flow {
    const remote = `${host}:${port}`;
    const known = this.#udpFlows.get(remote);
    if (known) return known;
    const flow: Flow = {
      protocol: 'UDP',
      remote,
      send: (message) =>
        new Promise((resolve, reject) => {
          this.#udp.send(message, port, host, (error) => (error ? reject(error) : resolve()));
        }),
    };
    this.#udpFlows.set(remote, flow);
    return flow;
  }
}
