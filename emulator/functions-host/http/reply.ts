import type { ServerResponse } from 'node:http';
import type { RpcHttpResponse } from '../worker/rpc.ts';

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export function sendReply(response: ServerResponse, { status, headers, body }: Reply): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { ...headers, 'content-length': body === undefined ? 0 : Buffer.byteLength(body) });
  response.end(body);
}

/** Hop-by-hop (RFC 9110 section 7.6.1) and what the server itself decides. */
const NOT_THE_APPS = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** What an HTTP function returned. A function that returns nothing is answered 204. */
export function replyOf(returned: RpcHttpResponse | undefined): Reply {
  if (returned === undefined) return { status: 204 };
  const status = Number(returned.statusCode ?? 200);
  if (!Number.isInteger(status) || status < 200 || status > 599) return { status: 500 };
  const headers = Object.fromEntries(
    Object.entries(returned.headers ?? {}).filter(([name]) => !NOT_THE_APPS.has(name.toLowerCase())),
  );
  const body = bodyOf(returned.body);
  return body === undefined ? { status, headers } : { status, headers, body };
}

function bodyOf(body: RpcHttpResponse['body']): string | Uint8Array | undefined {
  if (!body) return undefined;
  if ('bytes' in body) return body.bytes.byteLength === 0 ? undefined : body.bytes;
  if ('string' in body) return body.string;
  return 'json' in body ? body.json : undefined;
}
