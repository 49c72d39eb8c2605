/** One HTTP listener: limits before meaning, one reply per request, and nothing left open after `close`. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Largest request body read, in bytes: an incomingCallContext is 8 to 12 kB, a SIP configuration of 250 routes may be 400 kB. */
const MAX_BODY_BYTES = 1024 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;

export interface HttpRequest {
  readonly method: string;
  /** Path and query exactly as sent: signatures are over these bytes. */
  readonly pathAndQuery: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface HttpReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; absent is an empty body. */
  readonly body?: unknown;
}

/** `drop` closes the connection without an answer. */
export type HttpHandler = (request: HttpRequest) => Promise<HttpReply | 'drop'>;

export interface HttpListener {
  /** Such as `http://127.0.0.1:8080`, without a trailing slash. */
  readonly url: string;
  close(): Promise<void>;
}

interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** `onError` hears of handlers that threw; the client gets `internalError`. */
export async function listenHttp(
  address: ListenAddress,
  handler: HttpHandler,
  replies: { readonly tooLarge: HttpReply; readonly badRequest: HttpReply; readonly internalError: HttpReply },
  onError: (error: unknown) => void,
): Promise<HttpListener> {
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    try {
      const body = await readBody(incoming);
      if (body === 'too-large') {
        send(outgoing, replies.tooLarge, true);
        return;
      }
      const request = parseRequest(incoming, body);
      if (request === undefined) {
        send(outgoing, replies.badRequest, true);
        return;
      }
      const reply = await handler(request);
      if (reply === 'drop') incoming.socket.destroy();
      else send(outgoing, reply, false);
    } catch (error) {
      if (incoming.destroyed && !incoming.complete) return;
      onError(error);
      send(outgoing, replies.internalError, true);
    }
  };
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (incoming, outgoing) => {
    void serve(incoming, outgoing);
  });
  await listen(server, address);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}`,
    close: () => closeServer(server),
  };
}

function listen(server: Server, { host, port }: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

async function readBody(incoming: IncomingMessage): Promise<Buffer | 'too-large'> {
  if (Number(incoming.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return 'too-large';
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) return 'too-large';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseRequest(incoming: IncomingMessage, body: Buffer): HttpRequest | undefined {
  const pathAndQuery = incoming.url ?? '/';
  const url = pathAndQuery.startsWith('/') ? URL.parse(`http://edge.invalid${pathAndQuery}`) : null;
  if (url === null) return undefined;
  return { method: incoming.method ?? 'GET', pathAndQuery, url, headers: incoming.headers, body };
}

function send(outgoing: ServerResponse, reply: HttpReply, closeAfter: boolean): void {
  if (outgoing.headersSent || outgoing.destroyed) return;
  const text = reply.body === undefined ? '' : JSON.stringify(reply.body);
  outgoing.writeHead(reply.status, {
    ...(reply.body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    ...(reply.status === 204 ? {} : { 'content-length': Buffer.byteLength(text) }),
    ...(closeAfter ? { connection: 'close' } : {}),
    ...reply.headers,
  });
  outgoing.end(text);
}
