/** Cuts a TCP or TLS stream into messages by Content-Length (RFC 3261 18.3). */
import { MAX_MESSAGE_BYTES } from './parse.ts';

export type Framed =
  | { readonly kind: 'message'; readonly bytes: Buffer }
  /** CR LF CR LF between messages, to be answered with CR LF (RFC 5626 section 3.5.1). */
  | { readonly kind: 'ping' }
  /** The stream cannot be followed any more; the connection has to be closed. */
  | { readonly kind: 'broken'; readonly reason: string };

export class StreamFramer {
  #waiting: Buffer = Buffer.alloc(0);
  #broken = false;

  push(chunk: Buffer): readonly Framed[] {
    if (this.#broken) return [];
    this.#waiting = this.#waiting.length === 0 ? chunk : Buffer.concat([this.#waiting, chunk]);
    const framed: Framed[] = [];
    for (;;) {
      const next = this.#next();
      if (next === undefined) return framed;
      framed.push(next);
      if (next.kind === 'broken') {
        this.#broken = true;
        this.#waiting = Buffer.alloc(0);
        return framed;
      }
    }
  }

  #next(): Framed | undefined {
    const waiting = this.#waiting;
    if (waiting.length >= 4 && waiting.toString('latin1', 0, 4) === '\r\n\r\n') {
      this.#waiting = waiting.subarray(4);
      return { kind: 'ping' };
    }
    // A lone CR LF may be the first half of a ping; once a message follows it, it is only padding.
    const padding = waiting[0] === 13 && waiting[1] === 10 ? 2 : 0;
    const headEnd = waiting.indexOf('\r\n\r\n', padding);
    if (headEnd < 0) {
      return waiting.length > MAX_MESSAGE_BYTES ? { kind: 'broken', reason: 'header section too large' } : undefined;
    }
    const match = /\r\n(?:content-length|l)[ \t]*:[ \t]*(\d{1,9})[ \t]*\r\n/i.exec(
      waiting.toString('latin1', padding, headEnd + 2),
    );
    if (match === null) return { kind: 'broken', reason: 'no Content-Length' };
    const end = headEnd + 4 + Number(match[1]);
    if (end > MAX_MESSAGE_BYTES) return { kind: 'broken', reason: 'message too large' };
    if (waiting.length < end) return undefined;
    this.#waiting = waiting.subarray(end);
    return { kind: 'message', bytes: waiting.subarray(padding, end) };
  }
}
