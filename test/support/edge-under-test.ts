/** The edge with a scripted SIP side, and the application's side of it: webhook, callbacks and media socket in one server. */
import { CallAutomationClient, type CallAutomationClientOptions } from '@azure/communication-call-automation';
import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { createEdge, type ComposeConfig, type Edge } from '../../sip-edge/compose.ts';
import { loadConfig } from '../../sip-edge/config.ts';
import { TrunkAddresses } from '../../sip-edge/control/trunk-addresses.ts';
import { ScriptedTelephony, type ScriptedCall, type ScriptedRingingLeg } from './scripted-telephony.ts';

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

export interface CloudEvent {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly subject: string;
  readonly time: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Waiter {
  readonly fits: (received: Received) => boolean;
  readonly resolve: (received: Received) => void;
}

interface MediaConnection {
  readonly headers: IncomingHttpHeaders;
  readonly socket: WebSocket;
  /** The next message that has not been read. */
  next(): Promise<Readonly<Record<string, unknown>>>;
  readonly closed: Promise<number>;
}

/** What an application offers: everything posted to it is kept in order. */
class Application {
  readonly received: Received[] = [];
  /** Status for posts whose path begins with the key; 200 otherwise. */
  readonly statuses = new Map<string, number>();
  readonly #files = new Map<string, Buffer>();
  readonly #waiters: Waiter[] = [];
  readonly #sockets: MediaConnection[] = [];
  readonly #socketWaiters: ((connection: MediaConnection) => void)[] = [];
  /** HTTP status for media upgrades, 101 when undefined. */
  refuseMediaWith: number | undefined;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #media = new WebSocketServer({ noServer: true });

  async start(): Promise<void> {
    this.#server.on('upgrade', (request, socket, head) => {
      if (this.refuseMediaWith !== undefined) {
        socket.end(`HTTP/1.1 ${this.refuseMediaWith} No\r\nconnection: close\r\n\r\n`);
        return;
      }
      this.#media.handleUpgrade(request, socket, head, (webSocket) => this.#accept(request, webSocket));
    });
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get mediaUrl(): string {
    return `${this.url.replace('http', 'ws')}/media/call-1?ticket=t`;
  }

  serveFile(path: string, bytes: Buffer): string {
    this.#files.set(path, bytes);
    return `${this.url}${path}`;
  }

  /** Also one that has come already. */
  waitFor(fits: (received: Received) => boolean): Promise<Received> {
    const known = this.received.find(fits);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => this.#waiters.push({ fits, resolve }));
  }

  async callback(name: string, path = '/callbacks'): Promise<CloudEvent> {
    const fits = ({ body, path: at }: Received): boolean =>
      at.startsWith(path) && Array.isArray(body) && (body[0] as CloudEvent).type === `Microsoft.Communication.${name}`;
    return ((await this.waitFor(fits)).body as [CloudEvent])[0];
  }

  callbackNames(path = '/callbacks'): string[] {
    return this.received
      .filter((received) => received.path.startsWith(path))
      .map(({ body }) => (body as [CloudEvent])[0].type.replace('Microsoft.Communication.', ''));
  }

  mediaConnection(): Promise<MediaConnection> {
    const known = this.#sockets.shift();
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => this.#socketWaiters.push(resolve));
  }

  async close(): Promise<void> {
    for (const client of this.#media.clients) client.terminate();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const path = request.url ?? '/';
    const file = this.#files.get(path);
    if (request.method === 'GET') {
      response.writeHead(file === undefined ? 404 : 200).end(file);
      return;
    }
    if (request.method === 'OPTIONS') {
      response.writeHead(200, { 'webhook-allowed-origin': '*', 'webhook-allowed-rate': '*' }).end();
      return;
    }
    const body: unknown = chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
    const received = { path, headers: request.headers, body };
    this.received.push(received);
    const [, status = 200] = [...this.statuses].find(([prefix]) => path.startsWith(prefix)) ?? [];
    response.writeHead(status).end(file ?? answerTo(received));
    for (const waiter of this.#waiters.filter(({ fits }) => fits(received))) {
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      waiter.resolve(received);
    }
  }

  #accept(request: IncomingMessage, socket: WebSocket): void {
    const unread: Readonly<Record<string, unknown>>[] = [];
    const readers: ((message: Readonly<Record<string, unknown>>) => void)[] = [];
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Readonly<Record<string, unknown>>;
      const reader = readers.shift();
      if (reader === undefined) unread.push(message);
      else reader(message);
    });
    const connection: MediaConnection = {
      headers: request.headers,
      socket,
      closed: new Promise((resolve) => socket.once('close', resolve)),
      next: () => {
        const message = unread.shift();
        return message === undefined ? new Promise((resolve) => readers.push(resolve)) : Promise.resolve(message);
      },
    };
    const waiter = this.#socketWaiters.shift();
    if (waiter === undefined) this.#sockets.push(connection);
    else waiter(connection);
  }
}

function answerTo({ headers, body }: Received): string {
  if (headers['aeg-event-type'] !== 'SubscriptionValidation') return '';
  const [event] = body as [{ data: { validationCode: string } }];
  return JSON.stringify({ validationResponse: event.data.validationCode });
}

type Policy = NonNullable<CallAutomationClientOptions['additionalPolicies']>[number]['policy'];

export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body: unknown;
}

function textOf(body: unknown): string {
  if (body === undefined) return '';
  return typeof body === 'string' ? body : JSON.stringify(body);
}

type TelephonySide = Parameters<typeof createEdge>[1];

interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: object;
}

export class EdgeUnderTest {
  readonly application = new Application();
  readonly telephony = new ScriptedTelephony();
  readonly trunks = new TrunkAddresses([]);
  readonly logged: LogLine[] = [];
  /** What the SDK's clients asked and were answered. */
  readonly exchanges: Exchange[] = [];
  readonly resourceId = randomUUID();
  readonly accessKey = randomBytes(32);
  #edge: Edge | undefined;

  /** `changes` are environment variables; `application:` in one stands for the application's address. Subscribed to incoming calls unless `subscribe` is false. `open` puts a real SIP side in the scripted one's place. */
  async start(
    changes: Readonly<Record<string, string>> = {},
    subscribe = true,
    open: TelephonySide['open'] = () => Promise.resolve(this.telephony),
  ): Promise<void> {
    await this.application.start();
    const config: ComposeConfig = loadConfig({
      EDGE_HTTP_LISTEN: '127.0.0.1:0',
      EDGE_CONTROL_LISTEN: '127.0.0.1:0',
      EDGE_ACCESS_KEY: this.accessKey.toString('base64'),
      EDGE_RESOURCE_ID: this.resourceId,
      EDGE_ALLOW_INSECURE_URLS: 'true',
      ...Object.fromEntries(
        Object.entries(changes).map(([name, value]) => [name, value.replace('application:', this.application.url)]),
      ),
    });
    const line =
      (level: LogLine['level']) =>
      (fields: object, message: string): void => {
        this.logged.push({ level, message, fields });
      };
    const log = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
    this.#edge = await createEdge(
      config,
      { trunks: this.trunks, configuration: { trunks: {}, routes: [] }, open },
      log,
    );
    if (subscribe) await this.subscribe();
  }

  async drain(limitMs: number, signal: AbortSignal): Promise<void> {
    await this.#edge?.drain(limitMs, signal);
  }

  get url(): string {
    return this.#edge?.listening.http ?? '';
  }

  get connectionString(): string {
    return `endpoint=${this.url}/;accesskey=${this.accessKey.toString('base64')}`;
  }

  client(): CallAutomationClient {
    return new CallAutomationClient(this.connectionString, {
      allowInsecureConnection: true,
      retryOptions: { maxRetries: 0 },
      additionalPolicies: [{ position: 'perCall', policy: this.#recorder }],
    });
  }

  /** A request as the SDK signs it. */
  async signedFetch(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method,
      ...(textOf(body) === '' ? {} : { body: textOf(body) }),
      headers: { 'content-type': 'application/json', ...this.signature(method, path, textOf(body)), ...headers },
    });
  }

  signature(method: string, path: string, body: string, date = new Date()): Record<string, string> {
    const contentHash = createHash('sha256').update(body).digest('base64');
    const signed = `${method}\n${path}\n${date.toUTCString()};${new URL(this.url).host};${contentHash}`;
    const signature = createHmac('sha256', this.accessKey).update(signed).digest('base64');
    return {
      'x-ms-date': date.toUTCString(),
      'x-ms-content-sha256': contentHash,
      authorization: `HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=${signature}`,
    };
  }

  readonly #recorder: Policy = {
    name: 'recorder',
    sendRequest: async (request, next) => {
      const response = await next(request);
      const { pathname } = new URL(request.url);
      const body: unknown = response.bodyAsText ? JSON.parse(response.bodyAsText) : undefined;
      this.exchanges.push({ method: request.method, path: pathname, status: response.status, body });
      return response;
    },
  };

  async subscribe(schema = 'event-grid'): Promise<void> {
    const webhookUrl = `${this.application.url}/events`;
    await this.control('PUT', '/event-subscriptions/incoming-call', { webhookUrl, schema });
  }

  async settings(settings: object): Promise<void> {
    await this.control('PUT', '/settings', settings);
  }

  async control(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.#edge?.listening.control ?? ''}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${response.status}: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** A call comes in and is announced; its context is returned. */
  async ring(
    call: ScriptedCall = {},
  ): Promise<{ leg: ScriptedRingingLeg; data: Readonly<Record<string, unknown>>; context: string }> {
    const before = this.application.received.length;
    const leg = this.telephony.call(call);
    const received = await this.application.waitFor(
      (candidate) =>
        candidate.headers['aeg-event-type'] === 'Notification' &&
        this.application.received.indexOf(candidate) >= before,
    );
    const event: unknown = Array.isArray(received.body) ? received.body[0] : received.body;
    const { data } = event as { data: Readonly<Record<string, unknown>> };
    return { leg, data, context: data['incomingCallContext'] as string };
  }

  /** A call is answered and connected. */
  async connect(call: ScriptedCall = {}, options: Parameters<CallAutomationClient['answerCall']>[2] = {}) {
    const { leg, context, data } = await this.ring(call);
    const result = await this.client().answerCall(context, `${this.application.url}/callbacks?ticket=t`, options);
    await this.application.callback('CallConnected');
    const connectionId = result.callConnectionProperties.callConnectionId ?? '';
    return { leg: leg.active, ringing: leg, call: this.client().getCallConnection(connectionId), connectionId, data };
  }

  async close(): Promise<void> {
    await this.#edge?.close();
    await this.application.close();
  }
}
