import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RecordedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Parsed when there was one. */
  readonly body: unknown;
}

interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly headers?: Record<string, string>;
}

/** `hang` never answers; a promise answers when it is resolved. */
export type ScriptedResponse = 'hang' | Answer | Promise<Answer>;

export interface HttpRecorder {
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  /** The next requests get these, in order; the last one again and again. */
  respond(...responses: ScriptedResponse[]): void;
  close(): Promise<void>;
}

/** A server on this machine that keeps what it is asked and answers what a test says. */
export async function startHttpRecorder(): Promise<HttpRecorder> {
  const requests: RecordedRequest[] = [];
  let script: ScriptedResponse[] = [{ status: 200, json: {} }];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://recorder');
      const text = Buffer.concat(chunks).toString();
      requests.push({
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: text === '' ? undefined : JSON.parse(text),
      });
      const next = script.length > 1 ? script.shift() : script[0];
      if (next === undefined || next === 'hang') return;
      const answer = ({ status, json, headers }: Answer): void => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(json === undefined ? undefined : JSON.stringify(json));
      };
      if (next instanceof Promise) void next.then(answer);
      else answer(next);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    respond: (...responses) => {
      script = responses;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
