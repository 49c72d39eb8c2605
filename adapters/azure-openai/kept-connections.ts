import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';

/** Below what load balancers in between cut without a word (Azure's after four minutes). */
const IDLE_MAX_MS = 120_000;
const REFRESH_MS = 25_000;
/** A server that closes a connection it has just been asked over: the request never reached it. */
const CLOSED_MEANWHILE = new Set(['ECONNRESET', 'EPIPE']);
const BODILESS = new Set([101, 103, 204, 205, 304]);

export interface KeptConnections {
  /** As the global `fetch`, for what the OpenAI client asks of it: a text body, headers, a signal. Follows no redirect. */
  fetch(url: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** Opens spare connections, and from now on keeps that many open. */
  warm(): void;
  close(): void;
}

/**
 * HTTP connections to one server that stay open between replies. The global `fetch` closes a connection that was idle for four seconds, so that most
 * replies of a quiet hour would begin with three round trips. There is no limit to how many are open: a hundred replies do not wait for each other.
 */
export function keptConnections(endpoint: string, spareConnections: number): KeptConnections {
  const isSecure = endpoint.startsWith('https:');
  const agent = new (isSecure ? HttpsAgent : HttpAgent)({ keepAlive: true, scheduling: 'lifo', timeout: IDLE_MAX_MS });
  const request = isSecure ? httpsRequest : httpRequest;
  let refresh: NodeJS.Timeout | undefined;

  const send = (url: URL, options: RequestOptions, body: string | undefined): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const sent = request(url, { ...options, agent }, resolve);
      sent.once('error', (error: NodeJS.ErrnoException) => {
        const again = sent.reusedSocket && CLOSED_MEANWHILE.has(error.code ?? '') && options.signal?.aborted !== true;
        if (again) send(url, options, body).then(resolve, reject);
        else reject(error);
      });
      sent.end(body);
    });

  /** Any answer will do: asked all at once, each has a connection of its own. */
  const touch = (): void => {
    for (let spare = 0; spare < spareConnections; spare += 1) {
      send(new URL('/', endpoint), { method: 'HEAD' }, undefined).then(
        (response) => response.resume(),
        () => undefined,
      );
    }
  };

  return {
    fetch: async (url, init = {}) => {
      const { method = 'GET', signal } = init;
      const body = init.body ?? undefined;
      if (typeof body !== 'string' && body !== undefined) throw new TypeError('only a text body is sent');
      const headers = Object.fromEntries(new Headers(init.headers));
      const options = { method, headers, ...(signal ? { signal } : {}) };
      return responseOf(await send(new URL(url instanceof Request ? url.url : url), options, body));
    },
    warm: () => {
      if (refresh !== undefined || spareConnections === 0) return;
      touch();
      refresh = setInterval(touch, REFRESH_MS).unref();
    },
    close: () => {
      clearInterval(refresh);
      agent.destroy();
    },
  };
}

function responseOf(message: IncomingMessage): Response {
  const { statusCode: status = 502, statusMessage: statusText = '' } = message;
  const headers = new Headers();
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  if (BODILESS.has(status)) {
    message.resume();
    return new Response(null, { status, statusText, headers });
  }
  return new Response(Readable.toWeb(message), { status, statusText, headers });
}
