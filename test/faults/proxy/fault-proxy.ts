import {
  Agent,
  createServer,
  request as requestHttp,
  STATUS_CODES,
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { Socket, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ProxyFault, ProxyRule } from './fault.ts';
import { GARBAGE, Tunnel } from './tunnel.ts';

/** Our own tokens and tickets make long request heads. */
const HEAD_MAX_BYTES = 32 * 1024;

/** Stands between a program and one that it depends on, and fails in its place: HTTP and WebSockets, on a free port of loopback. */
export class FaultProxy {
  readonly url: string;
  readonly #target: URL;
  readonly #server: ReturnType<typeof createServer>;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #sockets = new Set<Socket>();
  readonly #tunnels = new Set<Tunnel>();
  /** Answers that are under way, and requests that nobody will answer. */
  readonly #open = new Map<ServerResponse, string>();
  #rule: ProxyRule | undefined;
  #firstHitAtMs: number | undefined;

  private constructor(target: string, server: ReturnType<typeof createServer>) {
    this.#target = new URL(target);
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      socket.on('error', () => socket.destroy());
    });
    server.on('request', (request, response) => this.#request(request, response));
    server.on('upgrade', (request: IncomingMessage, client: Duplex, head: Buffer) => {
      if (client instanceof Socket) this.#upgrade(request, client, head);
      else client.destroy();
    });
  }

  /** `target`: the origin that requests go on to. */
  static async start(target: string): Promise<FaultProxy> {
    const server = createServer({ maxHeaderSize: HEAD_MAX_BYTES, keepAliveTimeout: 60_000 });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return new FaultProxy(target, server);
  }

  /** When the fault in force, or the last one, was first felt; nothing when nobody came by. */
  get firstHitAtMs(): number | undefined {
    return this.#firstHitAtMs;
  }

  /** WebSockets that are open through here. */
  openSockets(only?: RegExp): number {
    return [...this.#tunnels].filter(({ name }) => only?.test(name) ?? true).length;
  }

  /** Fails so from now on; replaces the rule in force. */
  break(rule: ProxyRule): void {
    this.mend();
    this.#firstHitAtMs = undefined;
    const { fault } = rule;
    const cutsOpen = fault.does === 'cut' || fault.does === 'refuse' || fault.does === 'status';
    if (fault.does !== 'cut') this.#rule = rule;
    for (const tunnel of this.#tunnels) {
      if (!applies(rule, tunnel.name)) continue;
      if (cutsOpen) {
        this.#hit();
        tunnel.cut();
      } else tunnel.fault = fault;
    }
    if (!cutsOpen || fault.does === 'status') return;
    for (const [response, name] of this.#open) {
      if (!applies(rule, name)) continue;
      this.#hit();
      response.destroy();
    }
  }

  /** Serves again. Whoever was left without an answer is cut off: the far side would be long gone. */
  mend(): void {
    const hung = this.#rule?.fault.does === 'hang' ? this.#rule : undefined;
    this.#rule = undefined;
    for (const tunnel of this.#tunnels) {
      if (hung !== undefined && applies(hung, tunnel.name)) tunnel.cut();
      else tunnel.fault = undefined;
    }
    if (hung === undefined) return;
    for (const [response, name] of this.#open) if (applies(hung, name)) response.destroy();
  }

  async close(): Promise<void> {
    this.#rule = undefined;
    for (const tunnel of this.#tunnels) tunnel.cut();
    for (const socket of this.#sockets) socket.destroy();
    this.#agent.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #hit(): void {
    this.#firstHitAtMs ??= Date.now();
  }

  #faultFor(name: string): ProxyFault | undefined {
    if (this.#rule === undefined || !applies(this.#rule, name)) return undefined;
    this.#hit();
    return this.#rule.fault;
  }

  #request(request: IncomingMessage, response: ServerResponse): void {
    const name = nameOf(request);
    this.#open.set(response, name);
    response.once('close', () => this.#open.delete(response));
    const fault = this.#faultFor(name);
    switch (fault?.does) {
      case 'refuse':
        request.socket.resetAndDestroy();
        return;
      case 'hang':
        request.resume();
        return;
      case 'status':
        answerWith(request, response, fault.status, fault.headers);
        return;
      case 'garbage':
        request.resume();
        response.writeHead(200, { 'content-type': 'application/json' }).end(GARBAGE);
        return;
      case 'slow':
        setTimeout(() => this.#forward(request, response, fault), fault.ms);
        return;
      default:
        this.#forward(request, response, fault);
    }
  }

  #forward(request: IncomingMessage, response: ServerResponse, fault: ProxyFault | undefined): void {
    if (response.destroyed) return;
    const upstream = this.#ask(request, this.#agent);
    upstream.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
      answer.once('error', () => response.destroy());
      if (fault?.does === 'drop') breakOff(answer, response, fault.afterBytes);
      else answer.pipe(response);
    });
    upstream.once('error', () => response.destroy());
    response.once('close', () => {
      if (!response.writableFinished) upstream.destroy();
    });
    request.pipe(upstream);
  }

  #upgrade(request: IncomingMessage, client: Socket, head: Buffer): void {
    client.on('error', () => client.destroy());
    const name = nameOf(request);
    const fault = this.#faultFor(name);
    switch (fault?.does) {
      case 'refuse':
        client.resetAndDestroy();
        return;
      case 'hang':
        // Kept, so that lifting the fault ends it.
        this.#keep(new Tunnel(name, client, () => this.#hit()), fault);
        return;
      case 'status':
        client.end(`HTTP/1.1 ${fault.status} ${STATUS_CODES[fault.status] ?? ''}\r\nContent-Length: 0\r\n\r\n`);
        return;
      case 'slow':
        setTimeout(() => this.#connect(request, client, head, fault), fault.ms);
        return;
      default:
        this.#connect(request, client, head, fault);
    }
  }

  #connect(request: IncomingMessage, client: Socket, head: Buffer, fault: ProxyFault | undefined): void {
    if (client.destroyed) return;
    const tunnel = new Tunnel(nameOf(request), client, () => this.#hit());
    this.#keep(tunnel, fault);
    const upstream = this.#ask(request, false);
    upstream.once('upgrade', (answer: IncomingMessage, socket: Duplex, first: Buffer) => {
      socket.on('error', () => tunnel.cut());
      client.write(headOf(`HTTP/1.1 101 ${answer.statusMessage ?? ''}`, answer.rawHeaders));
      tunnel.join(socket, head, first);
    });
    upstream.once('response', (answer) => {
      client.write(headOf(`HTTP/1.1 ${answer.statusCode ?? 502} ${answer.statusMessage ?? ''}`, answer.rawHeaders));
      answer.pipe(client);
    });
    upstream.once('error', () => tunnel.cut());
    client.once('close', () => upstream.destroy());
    upstream.end();
  }

  #keep(tunnel: Tunnel, fault: ProxyFault | undefined): void {
    tunnel.fault = fault;
    this.#tunnels.add(tunnel);
    tunnel.onClosed(() => this.#tunnels.delete(tunnel));
  }

  #ask({ method, url, headers }: IncomingMessage, agent: Agent | false): ClientRequest {
    const { hostname, port } = this.#target;
    // With the host the client named: it may have been signed.
    return requestHttp({ hostname, port, method: method ?? 'GET', path: url ?? '/', headers, agent });
  }
}

function applies({ only }: ProxyRule, name: string): boolean {
  return only?.test(name) ?? true;
}

function nameOf({ method, url }: IncomingMessage): string {
  return `${method ?? 'GET'} ${url ?? '/'}`;
}

/** After the request was read: a client that is still sending would see a reset and no answer. */
function answerWith(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = JSON.stringify({ error: { code: String(status), message: 'ordered by a test' } });
  request.resume().once('end', () => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  });
}

function breakOff(answer: IncomingMessage, response: ServerResponse, afterBytes: number): void {
  let left = afterBytes;
  // What was written still goes out: the client has begun to read.
  const cut = (): void => response.socket?.destroySoon();
  answer.on('data', (chunk: Buffer) => {
    if (left > 0) response.write(chunk.subarray(0, left));
    left -= chunk.length;
    if (left <= 0) setImmediate(cut);
  });
  answer.once('end', () => setImmediate(cut));
}

function headOf(startLine: string, rawHeaders: readonly string[]): string {
  const lines = [startLine];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    lines.push(`${rawHeaders[index] ?? ''}: ${rawHeaders[index + 1] ?? ''}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}
