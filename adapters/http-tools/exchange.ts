import http from 'node:http';
import https from 'node:https';
import type { Connections } from './connections.ts';

/** More than any answer a caller waits for; what is longer is cut. */
const BODY_MAX_BYTES = 256 * 1024;
/** Also kinds of it, such as `application/problem+json`. */
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\b/i;
/** What a connection says that the far side had closed before it was used again. */
const CLOSED_MEANWHILE = new Set(['ECONNRESET', 'EPIPE']);

export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, unless a header says otherwise. */
  readonly body: string | undefined;
}

export interface Answer {
  readonly status: number;
  /** UTF-8; cut when it is longer than anything we read. */
  readonly body: string;
  /** It says of itself that it is JSON, and all of it is here. */
  readonly saysJson: boolean;
  /** How long the far side asks to be left alone. */
  readonly retryAfterMs: number | undefined;
}

/** One request and its answer. Follows no redirect, asks for no compression. Throws what Node throws, and the signal's reason. */
export async function exchange(connections: Connections, sent: Exchange, signal: AbortSignal): Promise<Answer> {
  signal.throwIfAborted();
  try {
    return await once(connections, sent, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof StaleConnection)) throw error;
    if (sent.method !== 'GET') throw error.cause;
    // The far side had closed the kept connection as we used it: it has not seen the request. All kept ones may be as old: this one is new.
    return once(connections, sent, signal, 'new connection');
  }
}

class StaleConnection extends Error {}

function once(
  connections: Connections,
  { method, url, headers, body }: Exchange,
  signal: AbortSignal,
  over: 'kept connection' | 'new connection' = 'kept connection',
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const isSecure = url.protocol === 'https:';
  const request = (isSecure ? https : http).request(url, {
    method,
    signal,
    agent: over === 'new connection' ? false : isSecure ? connections.https : connections.http,
    lookup: connections.lookup,
    headers: {
      'user-agent': 'trunkline',
      accept: 'application/json',
      'accept-encoding': 'identity',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
      ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
    },
  });
  request.on('error', (error: NodeJS.ErrnoException) =>
    reject(
      request.reusedSocket && CLOSED_MEANWHILE.has(error.code ?? '')
        ? new StaleConnection('', { cause: error })
        : error,
    ),
  );
  request.on('response', (response) => {
    readBounded(response).then(
      (text) =>
        resolve({
          status: response.statusCode ?? 0,
          body: text,
          saysJson: text.length < BODY_MAX_BYTES && JSON_TYPE.test(response.headers['content-type'] ?? ''),
          retryAfterMs: retryAfterMs(response.headers['retry-after']),
        }),
      (error: unknown) => reject(error instanceof Error ? error : new Error('the answer broke off')),
    );
  });
  request.end(body);
  return promise;
}

/** Seconds (RFC 9110 section 10.2.3); a date is left alone: clocks differ by more than a caller waits. */
function retryAfterMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : undefined;
}

async function readBounded(response: http.IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    pieces.push(piece);
    bytes += piece.length;
    // Leaving the loop closes the connection.
    if (bytes >= BODY_MAX_BYTES) break;
  }
  return new TextDecoder().decode(Buffer.concat(pieces).subarray(0, BODY_MAX_BYTES));
}
