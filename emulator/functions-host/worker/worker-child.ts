import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { HostMessage, InvocationResult, WorkerMessage } from './messages.ts';
import type { FunctionMetadata, LogLevel, RpcInvocationRequest } from './rpc.ts';

const ENTRY = fileURLToPath(new URL('./main.ts', import.meta.url));
/** Asked to stop and still there: its invocations are over by then, so nothing is lost. */
const STOP_TIMEOUT_MS = 3_000;

export interface WorkerChildOptions {
  readonly folder: string;
  readonly entryPoints: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly loadTimeoutMs: number;
  readonly log: Logger;
}

/** An entry point of the app threw, or its process ended, while it was loaded. */
export class AppLoadError extends Error {
  override readonly name = 'AppLoadError';
  readonly file: string;
  readonly appStack: string;

  constructor(file: string, reason: string, appStack = '') {
    super(`${file} could not be loaded: ${reason}`);
    this.file = file;
    this.appStack = appStack;
  }
}

/** One life of the process that the app runs in. */
export class WorkerChild {
  readonly #child: ChildProcess;
  readonly #log: Logger;
  readonly #pending = new Map<string, (result: InvocationResult) => void>();
  readonly #loading = Promise.withResolvers<readonly FunctionMetadata[]>();
  /** Settles when the process is gone, with the reason as a sentence's end. */
  readonly exited: Promise<string>;

  constructor({ folder, entryPoints, environment, loadTimeoutMs, log }: WorkerChildOptions) {
    this.#log = log;
    this.#child = fork(ENTRY, [], {
      cwd: folder,
      env: environment,
      execArgv: [],
      serialization: 'advanced',
      // The app's own log lines go where ours go.
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const file = entryPoints.join(', ');
    const timer = setTimeout(() => {
      this.#loading.reject(new AppLoadError(file, `it took longer than ${loadTimeoutMs} ms`));
      this.kill();
    }, loadTimeoutMs);
    const exited = Promise.withResolvers<string>();
    this.exited = exited.promise;
    this.#child.once('error', (error) => exited.resolve(`could not be started (${error.message})`));
    this.#child.once('exit', (code, signal) => exited.resolve(`ended with ${signal ?? `status ${code ?? 'unknown'}`}`));
    void this.exited.then((how) => {
      clearTimeout(timer);
      this.#loading.reject(new AppLoadError(file, `the app's process ${how}`));
      for (const settle of this.#pending.values())
        settle({ kind: 'failed', reason: `the app's process ${how}`, stack: '' });
      this.#pending.clear();
    });
    this.#child.on('message', (message) => this.#receive(message as WorkerMessage, entryPoints));
    this.loaded.then(
      () => clearTimeout(timer),
      () => clearTimeout(timer),
    );
  }

  /** What the app registered. Rejects with `AppLoadError`. */
  get loaded(): Promise<readonly FunctionMetadata[]> {
    return this.#loading.promise;
  }

  /** Never rejects. */
  invoke(request: RpcInvocationRequest): Promise<InvocationResult> {
    return new Promise((resolve) => {
      this.#pending.set(request.invocationId, resolve);
      this.#send({ type: 'invoke', request });
    });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Resolves when the process is gone. Idempotent. */
  async stop(): Promise<void> {
    this.#send({ type: 'stop' });
    const timer = setTimeout(() => this.kill(), STOP_TIMEOUT_MS);
    await this.exited;
    clearTimeout(timer);
  }

  #send(message: HostMessage): void {
    // A message that cannot be sent means a process that is ending: `exited` settles what waits for it.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #receive(message: WorkerMessage, entryPoints: readonly string[]): void {
    switch (message.type) {
      case 'listening':
        this.#send({ type: 'load', entryPoints });
        return;
      case 'loaded':
        this.#loading.resolve(message.functions);
        return;
      case 'load-failed':
        this.#loading.reject(new AppLoadError(message.file, message.reason, message.stack));
        return;
      case 'invoked':
        this.#pending.get(message.invocationId)?.(message.result);
        this.#pending.delete(message.invocationId);
        return;
      case 'log': {
        const { level, text, functionName, invocationId } = message;
        this.#log[pinoLevel(level)]({ functionName, invocationId, text }, 'function log');
        return;
      }
      default:
        message satisfies never;
    }
  }
}

function pinoLevel(level: LogLevel): 'trace' | 'debug' | 'info' | 'warn' | 'error' {
  switch (level) {
    case 'information':
      return 'info';
    case 'warning':
      return 'warn';
    case 'error':
    case 'critical':
      return 'error';
    case 'none':
      return 'trace';
    default:
      return level;
  }
}
