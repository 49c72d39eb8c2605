import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen, urlOf } from '../http/listen.ts';
import { readBody, sendJson } from '../http/body.ts';
import { parseScenario, ScenarioFileError } from '../scenario/read-scenario.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { StackConfig } from './config.ts';
import { STACK_SERVICE, type RunMessage, type StackStatus } from './run-messages.ts';
import type { Stack, StoryRunOptions } from './stack.ts';

const SCENARIO_MAX_BYTES = 256 * 1024;

interface ControlApi {
  readonly url: string;
  close(): Promise<void>;
}

/** Runs a scenario in the stack; by default just that, `npm start` prints beside it. */
type Run = (scenario: Scenario, options: StoryRunOptions) => ReturnType<Stack['run']>;

/**
 * `GET /`: what runs where. `GET /environment`: what functions and bridge were told, with secrets that are worth nothing elsewhere. `POST /scenarios[?folder=...]`: a scenario as YAML in, its story as lines of JSON out, the result last. A client
 * that leaves ends its calls.
 */
export async function startControlApi(listenOn: StackConfig['listen'], stack: Stack, run: Run): Promise<ControlApi> {
  const server = createServer((request, response) => {
    const { pathname } = urlOf(request);
    const route = `${request.method ?? ''} ${pathname}`;
    // A page in a browser may send such requests to loopback; programs have no origin.
    if (request.headers.origin !== undefined) sendJson(response, 403, { error: 'not for web pages' });
    else if (route === 'GET /') sendJson(response, 200, statusOf(stack));
    else if (route === 'GET /environment') sendJson(response, 200, stack.environment);
    else if (route === 'POST /scenarios') void runPosted(request, response, run);
    else sendJson(response, 404, { error: 'there are GET /, GET /environment and POST /scenarios' });
  });
  const { host, port, isDefault } = listenOn;
  const url = await listen(server, { host, port }).catch((error: unknown) => {
    if (!isDefault || !isAddressInUse(error)) throw error;
    return listen(server, { host, port: 0 });
  });
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function statusOf({ addresses, bridges, pids }: Stack): StackStatus {
  const replicas = bridges.running.map(({ name, url, pid }) => ({ name, url, pid }));
  return { service: STACK_SERVICE, pid: process.pid, children: pids, bridges: replicas, addresses };
}

async function runPosted(request: IncomingMessage, response: ServerResponse, run: Run): Promise<void> {
  const body = await readBody(request, SCENARIO_MAX_BYTES);
  if (body.kind === 'aborted') return;
  if (body.kind === 'too-large') {
    sendJson(response, 413, { error: `a scenario has ${SCENARIO_MAX_BYTES} bytes at most` });
    return;
  }
  let scenario: Scenario;
  try {
    scenario = parseScenario(body.text, 'scenario');
  } catch (error) {
    if (!(error instanceof ScenarioFileError)) throw error;
    sendJson(response, 400, { error: error.message });
    return;
  }
  const gone = new AbortController();
  response.once('close', () => gone.abort(new Error('the client has left')));
  response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8' });
  response.flushHeaders();
  const send = (message: RunMessage): void => {
    if (!response.destroyed) response.write(`${JSON.stringify(message)}\n`);
  };
  const folder = urlOf(request).searchParams.get('folder');
  try {
    const result = await run(scenario, {
      signal: gone.signal,
      onEvent: (event) => send({ type: 'event', event }),
      onStory: (line) => send({ type: 'story', line }),
      ...(folder === null ? {} : { folder }),
    });
    send({ type: 'result', result });
  } catch (error) {
    send({ type: 'failed', reason: error instanceof Error ? error.message : 'unknown reason' });
  }
  response.end();
}

function isAddressInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
