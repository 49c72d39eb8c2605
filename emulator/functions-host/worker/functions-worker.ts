import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { InvocationResult } from './messages.ts';
import type { FunctionMetadata, RpcInvocationRequest } from './rpc.ts';
import { WorkerChild, type WorkerChildOptions } from './worker-child.ts';

export type Invocation = Omit<RpcInvocationRequest, 'invocationId'>;

export type InvocationOutcome =
  | InvocationResult
  /** Too many are running or waiting; nothing was started. */
  | { readonly kind: 'busy' };

export interface FunctionsWorkerOptions extends WorkerChildOptions {
  readonly functionTimeoutMs: number;
  /** The app's process died too often to go on; called once. */
  readonly onGaveUp: (reason: string) => void;
}

/** Running and waiting together: above it the app is not keeping up, and a caller is better told so than kept. */
const INVOCATIONS_MAX = 1_000;
/** As often within the window, a death is no accident. */
const RESTARTS_MAX = 3;
const RESTART_WINDOW_MS = 60_000;

type State =
  | { readonly phase: 'running'; readonly child: WorkerChild }
  /** The process died and a new one is loading the app; invocations wait. */
  | { readonly phase: 'restarting'; readonly child: WorkerChild }
  | { readonly phase: 'ended'; readonly reason: string };

/** The app's process, replaced when it dies. */
export class FunctionsWorker {
  readonly #options: FunctionsWorkerOptions;
  readonly #idle = new EventTarget();
  #state: State;
  #restartsAtMs: readonly number[] = [];
  #running = 0;

  private constructor(options: FunctionsWorkerOptions, child: WorkerChild) {
    this.#options = options;
    this.#state = { phase: 'running', child };
    this.#watch(child);
  }

  /** Resolves once the app is loaded. Rejects with `AppLoadError`. */
  static async start(
    options: FunctionsWorkerOptions,
  ): Promise<{ worker: FunctionsWorker; functions: readonly FunctionMetadata[] }> {
    const child = new WorkerChild(options);
    try {
      const functions = await child.loaded;
      return { worker: new FunctionsWorker(options, child), functions };
    } catch (error) {
      await child.stop();
      throw error;
    }
  }

  /** Never rejects. */
  async invoke(invocation: Invocation): Promise<InvocationOutcome> {
    if (this.#running >= INVOCATIONS_MAX) return { kind: 'busy' };
    const { log } = this.#options;
    const request = { ...invocation, invocationId: randomUUID() };
    const fields = { functionName: invocation.functionId, invocationId: request.invocationId };
    const startedMs = performance.now();
    log.debug(fields, 'function started');
    this.#running += 1;
    try {
      const result = await this.#invokeInTime(request);
      const durationMs = Math.round(performance.now() - startedMs);
      if (result.kind === 'failed') {
        log.error({ ...fields, durationMs, reason: result.reason }, 'function failed');
        log.debug({ ...fields, stack: result.stack }, 'function failed at');
      } else {
        log.debug({ ...fields, durationMs }, 'function ended');
      }
      return result;
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#idle.dispatchEvent(new Event('idle'));
    }
  }

  /** Lets what runs end, at most so long, and then ends the process. Idempotent. */
  async stop(graceMs: number): Promise<void> {
    if (this.#running > 0) {
      const signal = AbortSignal.timeout(graceMs);
      await once(this.#idle, 'idle', { signal }).catch(() => undefined);
    }
    const state = this.#state;
    if (state.phase === 'ended') return;
    this.#state = { phase: 'ended', reason: 'the host is stopping' };
    await state.child.stop();
  }

  async #invokeInTime(request: RpcInvocationRequest): Promise<InvocationResult> {
    const { functionTimeoutMs } = this.#options;
    const state = this.#state;
    if (state.phase === 'ended') return { kind: 'failed', reason: state.reason, stack: '' };
    const { child } = state;
    if (state.phase === 'restarting') {
      try {
        await child.loaded;
      } catch (error) {
        return { kind: 'failed', reason: error instanceof Error ? error.message : 'not loaded', stack: '' };
      }
    }
    const timer = setTimeout(() => {
      this.#options.log.error({ functionName: request.functionId, functionTimeoutMs }, 'function took too long');
      // Nothing else ends a handler that does not return; the real host does the same.
      child.kill();
    }, functionTimeoutMs);
    try {
      return await child.invoke(request);
    } finally {
      clearTimeout(timer);
    }
  }

  #watch(child: WorkerChild): void {
    void child.exited.then((how) => {
      if (this.#state.phase === 'ended') return;
      this.#options.log.error({ how }, 'the app process is gone');
      const nowMs = performance.now();
      this.#restartsAtMs = [...this.#restartsAtMs.filter((atMs) => nowMs - atMs < RESTART_WINDOW_MS), nowMs];
      if (this.#restartsAtMs.length > RESTARTS_MAX) {
        this.#state = { phase: 'ended', reason: 'the app keeps ending' };
        this.#options.onGaveUp(`the app's process ${how}, for the ${this.#restartsAtMs.length}th time in a minute`);
        return;
      }
      this.#restart();
    });
  }

  #restart(): void {
    const child = new WorkerChild(this.#options);
    this.#state = { phase: 'restarting', child };
    this.#watch(child);
    child.loaded.then(
      () => {
        if (this.#state.phase === 'restarting' && this.#state.child === child)
          this.#state = { phase: 'running', child };
      },
      // A process that stays although its app did not load is of no use; its end counts as one more death.
      () => child.kill(),
    );
  }
}
