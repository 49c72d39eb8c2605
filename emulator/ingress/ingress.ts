import {
  createServer,
  request as requestHttp,
  STATUS_CODES,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { listen } from '../http/listen.ts';
import { Rotation, type Replica } from './rotation.ts';

/** A replica that does not take a connection in this time counts as dead. */
const CONNECT_TIMEOUT_MS = 2_000;
/** Our token and ticket make long request heads. */
const HEAD_MAX_BYTES = 32 * 1024;

/**
 * One address for several replicas, as Container Apps' ingress gives: plain HTTP and WebSockets, round robin over those that are healthy, no
 * stickiness. A request goes to another replica only when no connection could be made: what a replica has begun it is not asked twice.
 */
export class Ingress {
  readonly url: string;
  readonly #rotation: Rotation;
  readonly #close: () => Promise<void>;

  private constructor(url: string, rotation: Rotation, close: () => Promise<void>) {
    this.url = url;
    this.#rotation = rotation;
    this.#close = close;
  }

  /** On a free port of loopback. */
  static async start(): Promise<Ingress> {
    const rotation = new Rotation();
    const sockets = new Set<Duplex>();
    const server = createServer({ maxHeaderSize: HEAD_MAX_BYTES }, (request, response) =>
      forwardRequest(request, response, rotation),
    );
    server.on('upgrade', (request: IncomingMessage, client: Duplex, head: Buffer) => {
      sockets.add(client);
      client.once('close', () => sockets.delete(client));
      void forwardUpgrade(request, client, head, rotation);
    });
    const url = await listen(server, { host: '127.0.0.1', port: 0 });
    return new Ingress(url, rotation, async () => {
      rotation.close();
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
  }

  /** From now on it gets its share of what is new. Resolves with whether it was found healthy; if not, it is once a probe succeeds. */
  add(replicaUrl: string): Promise<boolean> {
    return this.#rotation.add(replicaUrl);
  }

  /** It gets nothing new; sockets that are open stay open. */
  remove(replicaUrl: string): void {
    this.#rotation.remove(replicaUrl);
  }

  close(): Promise<void> {
    return this.#close();
  }
}

/** A body is sent on as it comes, so a request with one is tried with one replica only. */
function forwardRequest(request: IncomingMessage, response: ServerResponse, rotation: Rotation): void {
  const replica = rotation.next();
  if (replica === undefined) {
    response.writeHead(503).end('no healthy upstream');
    return;
  }
  const { hostname, port } = new URL(replica.url);
  const { method = 'GET', url: path = '/', headers } = request;
  const upstream = requestHttp({ hostname, port, method, path, headers, agent: false });
  upstream.once('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
    answer.once('error', () => response.destroy());
  });
  upstream.once('error', (error: NodeJS.ErrnoException) => {
    const isUnreached = error.syscall === 'connect';
    if (isUnreached) rotation.failed(replica.url);
    if (response.headersSent) response.destroy();
    else if (isUnreached && hasNoBody(request)) forwardRequest(request, response, rotation);
    else response.writeHead(503).end('upstream connect error or disconnect before headers');
  });
  response.once('close', () => upstream.destroy());
  if (hasNoBody(request)) upstream.end();
  else request.pipe(upstream);
}

function hasNoBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined && (headers['content-length'] ?? '0') === '0';
}

async function forwardUpgrade(
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
  rotation: Rotation,
): Promise<void> {
  client.on('error', () => client.destroy());
  const upstream = await connectToOne(rotation);
  if (upstream === undefined || client.destroyed) {
    upstream?.destroy();
    refuse(client, 503);
    return;
  }
  let hasAnswered = false;
  upstream.once('data', () => (hasAnswered = true));
  upstream.once('error', () => upstream.destroy());
  upstream.once('close', () => {
    // What the replica said last is still on its way.
    if (hasAnswered) client.end(() => client.destroy());
    else refuse(client, 503);
  });
  client.once('close', () => upstream.destroy());
  upstream.write(headOf(request));
  upstream.write(head);
  client.pipe(upstream);
  // Not the end of it: a replica that goes without a word is answered for.
  upstream.pipe(client, { end: false });
}

/** A connection to the first healthy replica that takes one. */
async function connectToOne(rotation: Rotation): Promise<Socket | undefined> {
  for (let replica = rotation.next(); replica !== undefined; replica = rotation.next()) {
    const socket = await connectTo(replica);
    if (socket !== undefined) return socket;
    rotation.failed(replica.url);
  }
  return undefined;
}

function connectTo({ url }: Replica): Promise<Socket | undefined> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  return new Promise((resolve) => {
    const giveUp = (): void => {
      socket.destroy();
      resolve(undefined);
    };
    socket.setTimeout(CONNECT_TIMEOUT_MS, giveUp);
    socket.once('error', giveUp);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.removeListener('error', giveUp);
      resolve(socket);
    });
  });
}

function headOf({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method ?? 'GET'} ${url ?? '/'} HTTP/${httpVersion}`];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    lines.push(`${rawHeaders[index] ?? ''}: ${rawHeaders[index + 1] ?? ''}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function refuse(client: Duplex, status: number): void {
  client.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
