/** A pair of UDP sockets for each call: an even port for RTP, the odd one above it for RTCP (RFC 3550 section 11). */
import { createSocket, type Socket } from 'node:dgram';
import { isIP } from 'node:net';

export interface RtpPorts {
  /** IP address to bind to, without brackets. */
  readonly address: string;
  /** Both ends included. 0 for both lets the system choose. */
  readonly firstPort: number;
  readonly lastPort: number;
}

export interface PortPair {
  readonly socket: Socket;
  readonly port: number;
  /** Frees both ports; idempotent. */
  close(): void;
}

/** Other programs may hold some ports of the range. */
const MAX_ATTEMPTS = 50;

class NoPort extends Error {
  override readonly name = 'NoPort';
}

export class PortPool {
  readonly #ports: RtpPorts;
  readonly #taken = new Set<number>();
  #next: number;

  constructor(ports: RtpPorts) {
    this.#ports = ports;
    this.#next = ports.firstPort + (ports.firstPort % 2);
  }

  /** Pairs in use. */
  get inUse(): number {
    return this.#taken.size;
  }

  /** Rejects with `NoPort` when the range is used up. */
  async open(): Promise<PortPair> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const wanted = this.#candidate();
      if (wanted === undefined) break;
      const pair = await this.#bindPair(wanted);
      if (pair !== undefined) return pair;
      this.#taken.delete(wanted);
    }
    throw new NoPort('no free RTP port');
  }

  /** The next even port that is not taken; taken with that. The oldest freed port comes last, so late packets of a call find nobody. */
  #candidate(): number | undefined {
    const { firstPort, lastPort } = this.#ports;
    if (firstPort === 0) return 0;
    for (let tried = firstPort; tried <= lastPort; tried += 2) {
      const port = this.#next;
      this.#next = port + 3 > lastPort ? firstPort + (firstPort % 2) : port + 2;
      if (port + 1 <= lastPort && !this.#taken.has(port)) {
        this.#taken.add(port);
        return port;
      }
    }
    return undefined;
  }

  async #bindPair(wanted: number): Promise<PortPair | undefined> {
    const socket = await this.#bind(wanted);
    if (socket === undefined) return undefined;
    const port = socket.address().port;
    if (wanted === 0) this.#taken.add(port);
    // RTCP is taken in and not read; its port is held so that its packets reach nobody else.
    const control = await this.#bind(port + 1);
    if (control === undefined && wanted !== 0) {
      socket.close();
      return undefined;
    }
    let state: 'open' | 'closed' = 'open';
    return {
      socket,
      port,
      close: () => {
        if (state === 'closed') return;
        state = 'closed';
        socket.close();
        control?.close();
        this.#taken.delete(port);
      },
    };
  }

  #bind(port: number): Promise<Socket | undefined> {
    if (port > 65_535) return Promise.resolve(undefined);
    const { address } = this.#ports;
    const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4');
    return new Promise((resolve) => {
      const onError = (): void => {
        socket.close();
        resolve(undefined);
      };
      socket.once('error', onError);
      socket.bind({ address, port, exclusive: true }, () => {
        socket.off('error', onError);
        // One datagram that could not be sent or received is a lost packet, nothing more.
        socket.on('error', () => undefined);
        resolve(socket);
      });
    });
  }
}
