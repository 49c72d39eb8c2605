import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import { sendJson } from '../http/body.ts';
import { listen, urlOf } from '../http/listen.ts';
import type { ListenAddress } from '../process/listen-address.ts';
import { hasKey } from './access.ts';
import { handleControl } from './control/routes.ts';
import { Faults, type Surface } from './control/faults.ts';
import { keepingSpeech } from './engine/kept-speech.ts';
import { startSpeechEngine } from './engine/pool.ts';
import { SpeechConnection } from './protocol/connection.ts';
import { RecognitionClient } from './recognition/client.ts';
import { PhraseBook } from './recognition/phrase-book.ts';
import { optionsFromUrl, type RecognitionMode } from './recognition/turn-options.ts';
import { SynthesisClient } from './synthesis/client.ts';

export interface SpeechServerOptions {
  readonly listen: ListenAddress;
  /** Subscription key that clients must bring; `undefined` lets anybody in. */
  readonly key: string | undefined;
  readonly threads: number;
  /** Clauses that are spoken once and then kept; none when left out, so that each takes its time. */
  readonly keptClauses?: number;
  readonly log: Logger;
}

export interface SpeechServer {
  /** `http://127.0.0.1:PORT`; the SDK takes the same host and port with `ws:`. */
  readonly url: string;
  /** Idempotent. Closes sockets with 1001 and frees the port and the threads. */
  close(): Promise<void>;
}

const SYNTHESIS_PATH = '/tts/cognitiveservices/websocket/v1';
/** Where the SDK goes in a region, for a resource with a domain of its own, and to identify a language; the mode is in `speech.context`. */
const UNIVERSAL_PATH = '/stt/speech/universal/v2';
const RECOGNITION_PATH = /^\/speech\/recognition\/(conversation|interactive|dictation)\/cognitiveservices\/v1$/;
/** The SDK's audio messages are some kB; SSML is bounded below this. */
const MAX_MESSAGE_BYTES = 1024 * 1024;
const MAX_CONNECTIONS = 1000;
const MAX_QUEUED_CLAUSES = 500;

type Route = { readonly surface: 'synthesis' } | { readonly surface: 'recognition'; readonly mode: RecognitionMode };

export async function startSpeechServer(options: SpeechServerOptions): Promise<SpeechServer> {
  const { log } = options;
  const flite = startSpeechEngine({ threads: options.threads, maxQueued: MAX_QUEUED_CLAUSES });
  const { keptClauses = 0 } = options;
  const engine = keptClauses === 0 ? flite : keepingSpeech(flite, { maxClauses: keptClauses });
  const phrases = new PhraseBook(engine);
  const faults = new Faults();
  const connections = new Set<SpeechConnection>();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = urlOf(request);
    if (pathname.startsWith('/control/'))
      return handleControl(request, response, pathname, { engine, phrases, faults });
    sendJson(response, 404, { error: { code: 'NotFound', message: 'Resource not found' } });
  };
  const accept = (socket: WebSocket, route: Route, query: URLSearchParams): void => {
    const connection = new SpeechConnection(socket, log);
    connections.add(connection);
    socket.once('close', () => connections.delete(connection));
    connection.attach(
      route.surface === 'synthesis'
        ? new SynthesisClient(connection, { engine, faults, log })
        : new RecognitionClient(connection, optionsFromUrl(route.mode, query), { phrases, faults, log }),
    );
    log.debug({ connection: connection.id, surface: route.surface }, 'speech client connected');
  };

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      log.error({ err: error }, 'speech control request failed');
      sendJson(response, 500, { error: 'internal error' });
    });
  });
  server.on('upgrade', (request, socket, head) => {
    const url = urlOf(request);
    const route = routeTo(url.pathname);
    if (route === undefined) {
      refuse(socket, 404);
      return;
    }
    if (!hasKey(request.headers, url.searchParams, options.key)) {
      refuse(socket, 401);
      return;
    }
    if (connections.size >= MAX_CONNECTIONS) {
      refuse(socket, 429);
      return;
    }
    if (faults.refuseUpgrade(route.surface)) {
      refuse(socket, 503);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => accept(client, route, url.searchParams));
  });

  const url = await listen(server, options.listen).catch(async (error: unknown) => {
    await engine.close();
    throw error;
  });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    for (const connection of connections) connection.close(1001, 'The service is going away');
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await engine.close();
    for (const connection of connections) connection.terminate();
    await closed;
  };
  return { url, close: () => (closing ??= close()) };
}

function routeTo(path: string): Route | undefined {
  if (path === SYNTHESIS_PATH) return { surface: 'synthesis' };
  if (path === UNIVERSAL_PATH) return { surface: 'recognition', mode: 'conversation' };
  const mode = RECOGNITION_PATH.exec(path)?.[1] as RecognitionMode | undefined;
  return mode === undefined ? undefined : { surface: 'recognition' satisfies Surface, mode };
}

const REASONS = {
  401: 'Unauthorized',
  404: 'Not Found',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
} as const;

function refuse(socket: Duplex, status: keyof typeof REASONS): void {
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${REASONS[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
