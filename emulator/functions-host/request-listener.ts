import type { IncomingMessage, RequestListener } from 'node:http';
import type { Logger } from 'pino';
import { urlOf } from '../http/listen.ts';
import { adminInvocation } from './admin.ts';
import type { AppFunction } from './app/functions.ts';
import { hasHostKey } from './http/host-key.ts';
import { replyOf, sendReply, type Reply } from './http/reply.ts';
import { parseJsonBody, readRequestBody } from './http/request-body.ts';
import { answerEventGrid, EVENTS_MAX_BYTES } from './triggers/event-grid-webhook.ts';
import { findRoute, httpInvocation } from './triggers/http-trigger.ts';
import type { Invocation, InvocationOutcome } from './worker/functions-worker.ts';

interface Services {
  readonly functions: readonly AppFunction[];
  /** Without slashes around it; may be empty. */
  readonly routePrefix: string;
  readonly hostKey: string;
  readonly bodyMaxBytes: number;
  readonly baseUrl: string;
  readonly invoke: (invocation: Invocation) => Promise<InvocationOutcome>;
  readonly log: Logger;
}

const ADMIN = '/admin/functions/';

/** The host's three kinds of HTTP: the extension's web hook, the admin API, and the routes of HTTP functions. */
export function requestListener(services: Services): RequestListener {
  return (request, response) => {
    answer(services, request).then(
      (reply) => sendReply(response, request.method === 'HEAD' ? { ...reply, body: '' } : reply),
      (error: unknown) => {
        services.log.error({ err: error }, 'request broke');
        sendReply(response, { status: 500 });
      },
    );
  };
}

function answer(services: Services, request: IncomingMessage): Promise<Reply> {
  const url = urlOf(request);
  if (url.pathname.toLowerCase() === '/runtime/webhooks/eventgrid') return answerWebhook(services, request, url);
  if (url.pathname.startsWith(ADMIN)) return answerAdmin(services, request, url);
  return answerRoute(services, request, url);
}

async function answerWebhook(services: Services, request: IncomingMessage, url: URL): Promise<Reply> {
  if (!hasHostKey(request, url, services.hostKey)) return { status: 401 };
  const body = await readRequestBody(request, EVENTS_MAX_BYTES);
  if (body.kind !== 'whole') return { status: 413 };
  return answerEventGrid(
    {
      method: request.method ?? '',
      headers: request.headers,
      functionName: url.searchParams.get('functionName'),
      bytes: body.bytes,
    },
    services.functions.filter((one) => one.kind === 'event-grid'),
    services.invoke,
  );
}

/** `POST /admin/functions/{name}` with `{ "input": "..." }` runs any function but an HTTP one and, as in the real host, does not wait for it. */
async function answerAdmin(services: Services, request: IncomingMessage, url: URL): Promise<Reply> {
  if (!hasHostKey(request, url, services.hostKey)) return { status: 401 };
  const name = url.pathname.slice(ADMIN.length);
  const target = services.functions.find(({ functionName }) => functionName.toLowerCase() === name.toLowerCase());
  if (!target) return { status: 404 };
  if (request.method !== 'POST') return { status: 405, headers: { allow: 'POST' } };
  const body = await readRequestBody(request, EVENTS_MAX_BYTES);
  if (body.kind !== 'whole') return { status: 413 };
  const invocation = adminInvocation(target, body.bytes.byteLength === 0 ? {} : parseJsonBody(body.bytes), Date.now());
  if (!invocation) return { status: 400, body: 'the function cannot be run with this input' };
  void services.invoke(invocation);
  return { status: 202 };
}

async function answerRoute(services: Services, request: IncomingMessage, url: URL): Promise<Reply> {
  const { routePrefix, functions } = services;
  const prefix = routePrefix === '' ? '/' : `/${routePrefix}/`;
  if (!url.pathname.toLowerCase().startsWith(prefix.toLowerCase())) return { status: 404 };
  const found = findRoute(
    functions.filter((one) => one.kind === 'http'),
    request.method ?? 'GET',
    url.pathname.slice(prefix.length),
  );
  if (found.kind === 'not-found') return { status: 404 };
  if (found.kind === 'method-not-allowed') return { status: 405, headers: { allow: found.allow.join(', ') } };
  const { target, params } = found;
  if (target.authLevel !== 'anonymous' && !hasHostKey(request, url, services.hostKey)) return { status: 401 };
  const body = await readRequestBody(request, services.bodyMaxBytes);
  if (body.kind !== 'whole') return { status: 413 };
  const outcome = await services.invoke(httpInvocation(target, request, params, body.bytes, services.baseUrl));
  if (outcome.kind === 'busy') return { status: 429 };
  if (outcome.kind === 'failed') return { status: 500 };
  const http = outcome.response.returnValue?.http;
  if ((http?.cookies?.length ?? 0) > 0)
    services.log.warn({ functionName: target.functionName }, 'cookies are not sent by this host');
  return replyOf(http);
}
