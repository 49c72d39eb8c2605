/** Which replicas take new requests: those in the rotation that answer their health probe, one after the other. */
export interface Replica {
  /** `http://host:port`. */
  readonly url: string;
}

interface Member extends Replica {
  state: 'unknown' | 'healthy' | 'unhealthy';
}

const HEALTH_PATH = '/healthz';
const PROBE_INTERVAL_MS = 500;
const PROBE_TIMEOUT_MS = 2_000;

export class Rotation {
  readonly #members = new Map<string, Member>();
  readonly #timer: NodeJS.Timeout;
  #next = 0;

  constructor() {
    this.#timer = setInterval(() => {
      for (const member of this.#members.values()) void this.#probe(member);
    }, PROBE_INTERVAL_MS);
    this.#timer.unref();
  }

  /** Probed at once. Resolves with whether it takes requests. */
  async add(url: string): Promise<boolean> {
    const member: Member = { url, state: 'unknown' };
    this.#members.set(url, member);
    await this.#probe(member);
    return member.state === 'healthy';
  }

  /** It gets nothing new. What it has it keeps. */
  remove(url: string): void {
    this.#members.delete(url);
  }

  /** A connection to it has failed: it is passed over until a probe succeeds. */
  failed(url: string): void {
    const member = this.#members.get(url);
    if (member !== undefined) member.state = 'unhealthy';
  }

  /** Round robin. `undefined` when nobody is healthy. */
  next(): Replica | undefined {
    const healthy = [...this.#members.values()].filter(({ state }) => state === 'healthy');
    const chosen = healthy[this.#next % Math.max(1, healthy.length)];
    this.#next += 1;
    return chosen;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#members.clear();
  }

  async #probe(member: Member): Promise<void> {
    const isHealthy = await fetch(new URL(HEALTH_PATH, member.url), {
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
      // A kept connection would outlive the replica at the same address.
      headers: { connection: 'close' },
    }).then(
      async (response) => {
        await response.body?.cancel();
        return response.ok;
      },
      () => false,
    );
    member.state = isHealthy ? 'healthy' : 'unhealthy';
  }
}
