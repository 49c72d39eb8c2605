import {
  Agent as HttpAgent,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** Below what load balancers in between cut without a word (Azure's after four minutes). */
const IDLE_MAX_MS = 120_000;
const REFRESH_MS = 25_000;
/** How long an answer's own end may take after the last thing that is wanted of it. */
const END_MAX_MS = 2_000;
/** A server that closes a connection it has just been asked over: the request never reached it. */
const CLOSED_MEANWHILE = new Set(['ECONNRESET', 'EPIPE']);

export interface Asking {
  readonly method: 'POST' | 'HEAD';
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

/** A request that is under way. */
export interface Asked {
  /** Its head has come, whatever its status; the rest is read from it. Rejects with what the connection failed with. */
  readonly answer: Promise<IncomingMessage>;
  /** Nothing more of the answer is wanted. Once its end has come, which may be a moment later, the connection serves the next request. */
  finish(): void;
  /** Closes the connection, unless the answer is all there. */
  cancel(): void;
}

export interface KeptConnections {
  /** Follows no redirect. */
  ask(url: string | URL, asking: Asking): Asked;
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

  const ask = (url: string | URL, { method, headers = {}, body }: Asking): Asked => {
    let sent: ClientRequest | undefined;
    let isSettled = false;
    const { promise: answer, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const send = (): void => {
      const sending = request(url, { method, headers, agent }, (message) => {
        isSettled = true;
        resolve(message);
      });
      sent = sending;
      // A connection that breaks in the middle of the answer says so here too.
      sending.on('error', (error: NodeJS.ErrnoException) => {
        const again = sending.reusedSocket && CLOSED_MEANWHILE.has(error.code ?? '') && !isSettled;
        if (again) send();
        else reject(error);
      });
      sending.end(body);
    };
    send();
    return {
      answer,
      finish: () => {
        if (sent === undefined || sent.destroyed) return;
        const tooLate = setTimeout(() => sent?.destroy(), END_MAX_MS);
        sent.once('close', () => clearTimeout(tooLate));
      },
      cancel: () => {
        isSettled = true;
        sent?.destroy();
      },
    };
  };

  /** Any answer will do: asked all at once, each has a connection of its own. */
  const touch = (): void => {
    for (let spare = 0; spare < spareConnections; spare += 1) {
      ask(new URL('/', endpoint), { method: 'HEAD' }).answer.then(
        (message) => message.resume(),
        () => undefined,
      );
    }
  };

  return {
    ask,
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
