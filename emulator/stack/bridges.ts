import type { Ingress } from '../ingress/ingress.ts';
import type { Child } from './process/child.ts';

/** One process of the media bridge behind the ingress. */
export interface BridgeReplica {
  /** As its log lines say in `replica`. */
  readonly name: string;
  /** Its own address, past the ingress. */
  readonly url: string;
  readonly pid: number;
  /** Media sessions it has now. */
  calls(): Promise<number>;
  /** SIGKILL: nothing is told to anybody. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** As a platform ends a replica: out of the ingress, SIGTERM. Resolves when it has gone, at the end of its grace period at the latest. */
  drain(): Promise<void>;
}

export interface StartedBridge {
  readonly child: Child;
  readonly url: string;
}

interface BridgesOptions {
  readonly ingress: Ingress;
  /** Starts one and waits until it serves. */
  readonly start: (name: string) => Promise<StartedBridge>;
  /** How long a drain may take before the process is killed, in milliseconds. */
  readonly drainLimitMs: number;
  /** The last one has ended, and nobody asked for it. */
  readonly onNoneLeft: (reason: Error) => void;
}

const HEALTH_TIMEOUT_MS = 5_000;

/** The replicas of the media bridge: one can be added, drained or killed while calls are up. */
export class Bridges {
  readonly #options: BridgesOptions;
  readonly #running = new Map<string, BridgeReplica>();
  #started = 0;

  constructor(options: BridgesOptions) {
    this.#options = options;
  }

  /** Those whose process runs, oldest first; also those that drain. */
  get running(): readonly BridgeReplica[] {
    return [...this.#running.values()];
  }

  /** Starts another one. Resolves when it takes calls. */
  async add(): Promise<BridgeReplica> {
    const { ingress, start, drainLimitMs } = this.#options;
    this.#started += 1;
    const name = `bridge-${this.#started}`;
    const { child, url } = await start(name);
    let isAsked = false;
    const replica: BridgeReplica = {
      name,
      url,
      pid: child.pid ?? 0,
      calls: () => callsOf(url),
      kill: () => {
        isAsked = true;
        return child.kill();
      },
      drain: () => {
        isAsked = true;
        ingress.remove(url);
        return child.stop(drainLimitMs);
      },
    };
    this.#running.set(name, replica);
    void child.exited.then((exit) => {
      ingress.remove(url);
      this.#running.delete(name);
      if (!isAsked && this.#running.size === 0) this.#options.onNoneLeft(child.failure(exit));
    });
    if (!(await ingress.add(url))) throw new Error(`${name} serves, but says that it is not healthy`);
    return replica;
  }
}

async function callsOf(url: string): Promise<number> {
  const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
  const { calls } = (await response.json()) as { calls: number };
  return calls;
}
