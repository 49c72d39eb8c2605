import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ServiceRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers one request in whatever way, or not at all. */
export type Behaviour = (response: ServerResponse, request: ServiceRequest) => void;

export interface CustomerServiceUnderTest {
  readonly url: string;
  /** Without the scheme, as it stands in TOOL_HOSTS. */
  readonly host: string;
  /** To everything but `/token`. */
  readonly requests: readonly ServiceRequest[];
  readonly tokenRequests: readonly ServiceRequest[];
  /** The next requests are answered so, in order; the last one again and again. */
  answer(...behaviours: Behaviour[]): void;
  answerToken(...behaviours: Behaviour[]): void;
  /** Resolves when so many requests have come, tokens not counted. */
  asked(times: number): Promise<void>;
  close(): Promise<void>;
}

export const json =
  (body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Behaviour =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
export const raw =
  (body: string, status = 200): Behaviour =>
  (response) => {
    response.writeHead(status, { 'content-type': 'text/html' });
    response.end(body);
  };
export const hang: Behaviour = () => undefined;
export const closeConnection: Behaviour = (response) => void response.socket?.destroy();
/** Begins an answer and leaves. */
export const breakOff: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"id":', () => response.socket?.destroy());
};

/** A customer service on this machine, with a token endpoint, that does what a test says. */
export async function startCustomerService(): Promise<CustomerServiceUnderTest> {
  const [requests, tokenRequests]: [ServiceRequest[], ServiceRequest[]] = [[], []];
  const scripts = { service: [json({})], token: [json({ access_token: 'token-1', token_type: 'Bearer' })] };
  const waiters = new Set<() => void>();
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const isToken = url === '/token';
      const seen = { method, path: url, headers, body: Buffer.concat(pieces).toString() };
      (isToken ? tokenRequests : requests).push(seen);
      const script = isToken ? scripts.token : scripts.service;
      const next = script.length > 1 ? script.shift() : script[0];
      next?.(response, seen);
      for (const waiter of waiters) waiter();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}`,
    host,
    requests,
    tokenRequests,
    answer: (...behaviours) => void (scripts.service = behaviours),
    answerToken: (...behaviours) => void (scripts.token = behaviours),
    asked: (times) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (requests.length < times) return;
          waiters.delete(look);
          resolve();
        };
        waiters.add(look);
        look();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
