import { createServer, type RequestListener } from 'node:http';
import type { Logger } from 'pino';
import { listen } from '../http/listen.ts';
import type { ListenAddress } from '../process/listen-address.ts';
import { readFunctions, type AppFunction } from './app/functions.ts';
import { readAppManifest } from './app/manifest.ts';
import { requestListener } from './request-listener.ts';
import { QueueTrigger } from './triggers/queue-trigger.ts';
import { TimerTrigger } from './triggers/timer-trigger.ts';
import { FunctionsWorker } from './worker/functions-worker.ts';

export interface FunctionsHostOptions {
  readonly listen: ListenAddress;
  readonly folder: string;
  readonly hostKey: string;
  readonly bodyMaxBytes: number;
  readonly appSettings: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  /** The app died too often to go on. */
  readonly onGaveUp: (reason: string) => void;
}

export interface FunctionsHost {
  readonly url: string;
  readonly functions: readonly AppFunction[];
  /** Takes nothing new, lets what runs end within a bound, frees everything. Idempotent. */
  close(): Promise<void>;
}

const LOAD_TIMEOUT_MS = 30_000;
/** Longer than any handler of a phone call needs; what is cut off then comes again through its queue or its event. */
const GRACE_MS = 10_000;

/** Starts the app of a folder behind its triggers. Rejects with `AppFolderError`, `AppLoadError` or `FunctionsError`. */
export async function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const { folder, log, hostKey, bodyMaxBytes } = options;
  const manifest = await readAppManifest(folder);
  const starting = Promise.withResolvers<RequestListener>();
  // Whoever asks while the app is loading waits for it, as at the front ends of the real host.
  const server = createServer((request, response) => {
    void starting.promise.then((answer) => answer(request, response));
  });
  const url = await listen(server, options.listen);
  const closeServer = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
    });
  const appSettings = { ...options.appSettings, WEBSITE_HOSTNAME: new URL(url).host };
  let started: Awaited<ReturnType<typeof FunctionsWorker.start>> | undefined;
  let functions: readonly AppFunction[];
  try {
    started = await FunctionsWorker.start({
      folder,
      entryPoints: manifest.entryPoints,
      environment: appSettings,
      loadTimeoutMs: LOAD_TIMEOUT_MS,
      functionTimeoutMs: manifest.functionTimeoutMs,
      log,
      onGaveUp: options.onGaveUp,
    });
    functions = readFunctions(started.functions, appSettings);
  } catch (error) {
    const closed = closeServer();
    server.closeAllConnections();
    await Promise.all([started?.worker.stop(0), closed]);
    throw error;
  }
  const { worker } = started;
  const invoke = worker.invoke.bind(worker);
  const queues = functions
    .filter((one) => one.kind === 'queue')
    .map((target) => new QueueTrigger({ target, settings: manifest.queues, invoke, log }));
  const timers = functions.filter((one) => one.kind === 'timer').map((target) => new TimerTrigger(target, invoke, log));
  starting.resolve(
    requestListener({ functions, routePrefix: manifest.routePrefix, hostKey, bodyMaxBytes, baseUrl: url, invoke, log }),
  );

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    for (const timer of timers) timer.close();
    const [closed, drained] = [closeServer(), Promise.all(queues.map((queue) => queue.close()))];
    await worker.stop(GRACE_MS);
    server.closeAllConnections();
    await Promise.all([closed, drained]);
  };
  return { url, functions, close: () => (closing ??= close()) };
}
