import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ProxyFault } from './fault.ts';

/** What goes wrong with a tunnel. */
export interface TunnelFault {
  readonly does: ProxyFault;
  readonly onHit: () => void;
}

/** No JSON, no text, no frame of a WebSocket that a server may send. */
export const GARBAGE = Buffer.from('ffffffff00deadbeef7f3c21', 'hex');

/** One WebSocket on its way through: bytes both ways, and what a fault does to those that come back. */
export class Tunnel {
  /** `GET /path?query` of its upgrade. */
  readonly name: string;
  readonly #client: Socket;
  #upstream: Duplex | undefined;
  #fault: TunnelFault | undefined;
  /** Bytes that the client may still get under `drop`. */
  #left = 0;

  constructor(name: string, client: Socket) {
    this.name = name;
    this.#client = client;
  }

  set fault(fault: TunnelFault | undefined) {
    this.#fault = fault;
    if (fault?.does.does === 'drop') this.#left = fault.does.afterBytes;
  }

  onClosed(listener: () => void): void {
    this.#client.once('close', listener);
  }

  /** Both ends have shaken hands; `head` and `first` are what either had sent already. */
  join(upstream: Duplex, head: Buffer, first: Buffer): void {
    this.#upstream = upstream;
    upstream.on('data', (chunk: Buffer) => this.#toClient(chunk));
    this.#client.on('data', (chunk: Buffer) => this.#toUpstream(chunk));
    upstream.once('close', () => this.#client.end());
    // Sockets of an HTTP server stay half open: a client that is killed says no more than that it has ended.
    this.#client.once('end', () => this.#client.destroy());
    this.#client.once('close', () => upstream.destroy());
    if (head.length > 0) this.#toUpstream(head);
    if (first.length > 0) this.#toClient(first);
  }

  cut(): void {
    this.#client.resetAndDestroy();
    this.#upstream?.destroy();
  }

  #toUpstream(chunk: Buffer): void {
    if (this.#fault?.does.does === 'hang' || this.#fault?.does.does === 'freeze') {
      this.#fault.onHit();
      return;
    }
    this.#upstream?.write(chunk);
  }

  #toClient(chunk: Buffer): void {
    this.#fault?.onHit();
    const fault = this.#fault?.does;
    switch (fault?.does) {
      case 'hang':
      case 'freeze':
        return;
      case 'garbage':
        this.#client.write(GARBAGE);
        return;
      case 'slow':
        setTimeout(() => this.#client.write(chunk), fault.ms);
        return;
      case 'drop':
        if (this.#left > 0) this.#client.write(chunk.subarray(0, this.#left));
        this.#left -= chunk.length;
        if (this.#left <= 0) setImmediate(() => this.cut());
        return;
      default:
        this.#client.write(chunk);
    }
  }
}
