import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { parseJson, readBody, sendJson } from '../http/body.ts';
import { listen, urlOf } from '../http/listen.ts';
import type { ListenAddress } from '../process/listen-address.ts';
import { hasApiKey } from './access.ts';
import { completeChat } from './chat/completions.ts';
import { accessDenied, deploymentNotFound, resourceNotFound, sendError } from './chat/service-error.ts';
import { Faults } from './control/faults.ts';
import { parseRules } from './scripts/rule.ts';
import { ScriptBook } from './scripts/script-book.ts';

export interface OpenAiServerOptions {
  readonly listen: ListenAddress;
  /** Key that clients must bring; `undefined` lets anybody in. */
  readonly apiKey: string | undefined;
  /** The deployments there are; empty means any. */
  readonly deployments: readonly string[];
  readonly wordDelayMs: number;
  readonly log: Logger;
}

export interface OpenAiServer {
  /** `http://127.0.0.1:PORT`: the `endpoint` of `AzureOpenAI`. */
  readonly url: string;
  /** Idempotent. Cuts streams that are under way. */
  close(): Promise<void>;
}

type Route =
  | { readonly kind: 'completion'; readonly deployment: string | undefined }
  | { readonly kind: 'control'; readonly path: string }
  | { readonly kind: 'none' };

const MAX_SCRIPT_BYTES = 1024 * 1024;
const MAX_SCRIPTS = 500;
const KEEP_ALIVE_MS = 120_000;
const SCRIPT_PATH = /^\/control\/scripts\/([\w.:-]{1,100})$/;
const DEPLOYMENT_PATH = /^\/openai\/deployments\/([\w.-]{1,64})\/chat\/completions$/;
const V1_PATH = '/openai/v1/chat/completions';

export async function startOpenAiServer(options: OpenAiServerOptions): Promise<OpenAiServer> {
  const { log } = options;
  const scripts = new ScriptBook();
  const faults = new Faults();
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = urlOf(request);
    const route = routeTo(request.method, url);
    if (route.kind === 'control') return handleControl(request, response, route.path, scripts, faults);
    if (route.kind === 'none') sendError(response, resourceNotFound());
    else if (!hasApiKey(request.headers, options.apiKey)) sendError(response, accessDenied());
    else if (!exists(route.deployment, options.deployments)) sendError(response, deploymentNotFound());
    else
      await completeChat(request, response, route.deployment, {
        scripts,
        faults,
        wordDelayMs: options.wordDelayMs,
        log,
      });
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      log.error({ err: error }, 'request failed');
      sendJson(response, 500, { error: { code: '500', message: 'Internal server error' } });
    });
  });
  // As a front in the cloud would: clients that keep connections may.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const url = await listen(server, options.listen);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url, close: () => (closing ??= close()) };
}

/** `AzureOpenAI` always sends `api-version` with a deployment path, so a request without it is not for this route; the v1 path needs none. */
function routeTo(method: string | undefined, { pathname, searchParams }: URL): Route {
  if (pathname.startsWith('/control/')) return { kind: 'control', path: pathname };
  if (method !== 'POST') return { kind: 'none' };
  if (pathname === V1_PATH) return { kind: 'completion', deployment: undefined };
  const deployment = DEPLOYMENT_PATH.exec(pathname)?.[1];
  const isComplete = deployment !== undefined && searchParams.has('api-version');
  return isComplete ? { kind: 'completion', deployment } : { kind: 'none' };
}

function exists(deployment: string | undefined, deployments: readonly string[]): boolean {
  return deployment === undefined || deployments.length === 0 || deployments.includes(deployment);
}

async function handleControl(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  scripts: ScriptBook,
  faults: Faults,
): Promise<void> {
  const id = SCRIPT_PATH.exec(path)?.[1];
  if (path === '/control/health' && request.method === 'GET') {
    sendJson(response, 200, { status: 'ok', scripts: scripts.size });
  } else if (path === '/control/faults' && request.method === 'PUT') {
    await faults.put(request, response);
  } else if (id !== undefined && request.method === 'PUT') {
    await putScript(request, response, id, scripts);
  } else if (id !== undefined && request.method === 'DELETE') {
    sendJson(response, 200, { deleted: scripts.delete(id) });
  } else {
    sendJson(response, 404, { error: 'no such control route' });
  }
}

async function putScript(
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
  scripts: ScriptBook,
): Promise<void> {
  const body = await readBody(request, MAX_SCRIPT_BYTES);
  if (body.kind === 'aborted') return;
  if (body.kind === 'too-large') {
    sendJson(response, 413, { error: 'the script is too large' });
    return;
  }
  const parsed = parseRules(parseJson(body.text));
  if (!parsed.ok) sendJson(response, 400, { error: parsed.reason });
  else if (scripts.size >= MAX_SCRIPTS) sendJson(response, 429, { error: 'too many scripts' });
  else {
    scripts.put(id, parsed.rules);
    sendJson(response, 200, { id, rules: parsed.rules.length });
  }
}
