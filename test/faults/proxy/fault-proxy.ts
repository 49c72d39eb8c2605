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
import type { OrderedFault, ProxyFault, ProxyRule } from './fault.ts';
import { GARBAGE, Tunnel, type TunnelFault } from './tunnel.ts';

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
  /** In force, oldest first: the first that applies counts. */
  readonly #faults = new Set<FaultInForce>();

  private constructor(target: string, server: ReturnType<typeof createServer>) {
    this.#target = new URL(target);
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      socket.on('error', () => socket.destroy());
    });
    server.on('request', (request, response) => void this.#request(request, response));
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

  /** WebSockets that are open through here. */
  openSockets(only?: RegExp): number {
    return [...this.#tunnels].filter(({ name }) => only?.test(name) ?? true).length;
  }

  /** Fails so from now on, beside what is broken already. */
  break(rule: ProxyRule): OrderedFault {
    const fault = new FaultInForce(rule, () => this.#lift(fault));
    const { does } = rule.fault;
    const cutsOpen = does === 'cut' || does === 'refuse' || does === 'status';
    if (does !== 'cut') this.#faults.add(fault);
    for (const tunnel of this.#tunnels) {
      if (!fault.appliesTo(tunnel.name)) continue;
      if (cutsOpen) {
        fault.hit();
        tunnel.cut();
      } else tunnel.fault = fault.forTunnel;
    }
    if (!cutsOpen || does === 'status') return fault;
    for (const [response, name] of this.#open) {
      if (!fault.appliesTo(name)) continue;
      fault.hit();
      response.destroy();
    }
    return fault;
  }

  /** Lifts every fault. */
  mend(): void {
    for (const fault of this.#faults) fault.lift();
  }

  async close(): Promise<void> {
    this.#faults.clear();
    for (const tunnel of this.#tunnels) tunnel.cut();
    for (const socket of this.#sockets) socket.destroy();
    this.#agent.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #lift(fault: FaultInForce): void {
    if (!this.#faults.delete(fault)) return;
    const hung = fault.rule.fault.does === 'hang' || fault.rule.fault.does === 'freeze';
    for (const tunnel of this.#tunnels) {
      if (!fault.appliesTo(tunnel.name)) continue;
      if (hung) tunnel.cut();
      else tunnel.fault = this.#faultFor(tunnel.name)?.forTunnel;
    }
    if (!hung) return;
    for (const [response, name] of this.#open) if (fault.appliesTo(name)) response.destroy();
  }

  /** What comes now meets this one. */
  #faultFor(name: string): FaultInForce | undefined {
    return [...this.#faults].find((fault) => fault.rule.fault.does !== 'freeze' && fault.appliesTo(name));
  }

  async #request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const readsBody = [...this.#faults].some(({ rule }) => rule.readsBody);
    const body = readsBody ? await bodyOf(request) : undefined;
    const name = body === undefined ? nameOf(request) : `${nameOf(request)}\n${body.toString()}`;
    this.#open.set(response, name);
    response.once('close', () => this.#open.delete(response));
    const inForce = this.#faultFor(name);
    inForce?.hit();
    const fault = inForce?.rule.fault;
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
        setTimeout(() => this.#forward(request, response, body, fault), fault.ms);
        return;
      default:
        this.#forward(request, response, body, fault);
    }
  }

  #forward(
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer | undefined,
    fault: ProxyFault | undefined,
  ): void {
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
    if (body === undefined) request.pipe(upstream);
    else upstream.end(body);
  }

  #upgrade(request: IncomingMessage, client: Socket, head: Buffer): void {
    client.on('error', () => client.destroy());
    const name = nameOf(request);
    const inForce = this.#faultFor(name);
    inForce?.hit();
    const fault = inForce?.rule.fault;
    switch (fault?.does) {
      case 'refuse':
        client.resetAndDestroy();
        return;
      case 'hang':
        // Kept, so that lifting the fault ends it.
        this.#keep(new Tunnel(name, client), inForce);
        return;
      case 'status':
        client.end(`HTTP/1.1 ${fault.status} ${STATUS_CODES[fault.status] ?? ''}\r\nContent-Length: 0\r\n\r\n`);
        return;
      case 'slow':
        setTimeout(() => this.#connect(request, client, head, inForce), fault.ms);
        return;
      default:
        this.#connect(request, client, head, inForce);
    }
  }

  #connect(request: IncomingMessage, client: Socket, head: Buffer, fault: FaultInForce | undefined): void {
    if (client.destroyed) return;
    const tunnel = new Tunnel(nameOf(request), client);
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

  #keep(tunnel: Tunnel, fault: FaultInForce | undefined): void {
    tunnel.fault = fault?.forTunnel;
    this.#tunnels.add(tunnel);
    tunnel.onClosed(() => this.#tunnels.delete(tunnel));
  }

  #ask({ method, url, headers }: IncomingMessage, agent: Agent | false): ClientRequest {
    const { hostname, port } = this.#target;
    // With the host the client named: it may have been signed.
    return requestHttp({ hostname, port, method: method ?? 'GET', path: url ?? '/', headers, agent });
  }
}

class FaultInForce implements OrderedFault {
  readonly rule: ProxyRule;
  readonly lift: () => void;
  readonly forTunnel: TunnelFault;
  #firstHitAtMs: number | undefined;

  constructor(rule: ProxyRule, lift: () => void) {
    this.rule = rule;
    this.lift = lift;
    this.forTunnel = { does: rule.fault, onHit: () => this.hit() };
  }

  get firstHitAtMs(): number | undefined {
    return this.#firstHitAtMs;
  }

  appliesTo(name: string): boolean {
    return this.rule.only?.(name) ?? true;
  }

  hit(): void {
    this.#firstHitAtMs ??= Date.now();
  }
}

/** Empty when the client is gone meanwhile. */
async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  try {
    for await (const part of request) parts.push(part as Buffer);
  } catch {
    return Buffer.alloc(0);
  }
  return Buffer.concat(parts);
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
  const answer = (): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  };
  if (request.readableEnded) answer();
  else request.resume().once('end', answer);
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
