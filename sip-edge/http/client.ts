/** Outgoing POSTs with a bounded wait over kept-alive connections. */
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** Largest response body read; the rest is thrown away with the connection. */
const DEFAULT_MAX_RESPONSE_BYTES = 64 * 1024;

interface HttpClientRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'OPTIONS';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  readonly maxResponseBytes?: number;
}

interface HttpClientResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface HttpClient {
  /** Rejects on a lost connection, a time-out, an oversized response, or when `signal` aborts. */
  send(request: HttpClientRequest, signal?: AbortSignal): Promise<HttpClientResponse>;
  close(): void;
}

export function createHttpClient(): HttpClient {
  const http = new HttpAgent({ keepAlive: true, maxSockets: 256 });
  const https = new HttpsAgent({ keepAlive: true, maxSockets: 256 });
  return {
    send: (request, signal) => send(request, http, https, signal),
    close() {
      http.destroy();
      https.destroy();
    },
  };
}

function send(
  { url, method, headers, body, timeoutMs, maxResponseBytes = DEFAULT_MAX_RESPONSE_BYTES }: HttpClientRequest,
  http: HttpAgent,
  https: HttpsAgent,
  signal: AbortSignal | undefined,
): Promise<HttpClientResponse> {
  const deadline = AbortSignal.timeout(timeoutMs);
  const either = signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
  return new Promise((resolve, reject) => {
    const secure = new URL(url).protocol === 'https:';
    const options = {
      method,
      signal: either,
      headers: body === undefined ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
    };
    const outgoing = secure
      ? httpsRequest(url, { ...options, agent: https })
      : httpRequest(url, { ...options, agent: http });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      let length = 0;
      incoming.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > maxResponseBytes) outgoing.destroy(new Error(`response larger than ${maxResponseBytes} bytes`));
        else chunks.push(chunk);
      });
      incoming.on('error', reject);
      incoming.on('end', () => {
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) });
      });
    });
    outgoing.end(body);
  });
}
