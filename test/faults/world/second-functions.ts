import type { LogLine } from '../../../emulator/scenario/surroundings.ts';
import { rootFolder } from '../../../emulator/stack/config.ts';
import { Child } from '../../../emulator/stack/process/child.ts';
import { readReadyLine } from '../../../emulator/stack/process/ready-line.ts';
import { FaultProxy } from '../proxy/fault-proxy.ts';

const READY_TIMEOUT_MS = 45_000;
const STOP_GRACE_MS = 12_000;

/** Another instance of the functions, on the same storage: whoever is asked to subscribe here brings it every offer that the first one gets. */
export class SecondFunctions {
  /** Where offers may be brought, also when it has stopped: they are taken then, and nobody does anything with them. */
  readonly url: string;
  readonly #child: Child;
  readonly #door: FaultProxy;

  private constructor(child: Child, door: FaultProxy) {
    this.#child = child;
    this.#door = door;
    this.url = door.url;
  }

  static async start(
    environment: Readonly<Record<string, string>>,
    onLine: (line: LogLine) => void,
    signal: AbortSignal,
  ): Promise<SecondFunctions> {
    const child = new Child({
      name: 'second functions host',
      args: ['emulator/functions-host/main.ts'],
      cwd: rootFolder,
      env: { ...environment, FUNCTIONS_LISTEN: '127.0.0.1:0' },
      onLine,
    });
    try {
      const { http } = await child.waitFor(readReadyLine, READY_TIMEOUT_MS, signal);
      return new SecondFunctions(child, await FaultProxy.start(http));
    } catch (error) {
      await child.stop(STOP_GRACE_MS);
      throw error;
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  async stop(): Promise<void> {
    this.#door.break({ fault: { does: 'status', status: 200 } });
    await this.#child.stop(STOP_GRACE_MS);
  }

  async close(): Promise<void> {
    await this.stop();
    await this.#door.close();
  }
}
