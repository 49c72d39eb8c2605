import { fileURLToPath, pathToFileURL } from 'node:url';
import * as z from 'zod';
import { freePort } from '../../../emulator/stack/process/free-port.ts';
import { pause } from '../bridge/stage.ts';

const PROBE = pathToFileURL(fileURLToPath(new URL('probe.ts', import.meta.url))).href;

const holdings = z.object({
  heapUsed: z.number(),
  external: z.number(),
  arrayBuffers: z.number(),
  rss: z.number(),
  /** Sockets, timers and the like that keep a process alive, by Node's own names. */
  resources: z.record(z.string(), z.number()),
});

/** What a process holds after it has collected its garbage; sizes in bytes. */
export type Holdings = z.infer<typeof holdings>;

/** Node's names of what a session opens. */
const SOCKET = 'TCPSocketWrap';
const TIMER = 'Timeout';

export function socketsOf({ resources }: Holdings): number {
  return resources[SOCKET] ?? 0;
}

export function timersOf({ resources }: Holdings): number {
  return resources[TIMER] ?? 0;
}

export function memoryOf({ heapUsed, external }: Holdings): number {
  return heapUsed + external;
}

export interface Probe {
  /** Put into a process's environment, they let it be looked into. */
  readonly environment: Readonly<Record<string, string>>;
  look(): Promise<Holdings>;
  /** Once nothing is closing any more: looked at until it holds no more than the last times. */
  lookWhenQuiet(signal: AbortSignal): Promise<Holdings>;
}

const LOOK_EVERY_MS = 1_000;
/** Keep-alive connections of HTTP clients go after some seconds; whatever is longer about it is not closing but kept. */
const SAME_LOOKS = 6;
const LOOKS_MAX = 40;

export async function openProbe(): Promise<Probe> {
  const port = await freePort();
  const look = async (): Promise<Holdings> => holdings.parse(await (await fetch(`http://127.0.0.1:${port}/`)).json());
  return {
    environment: { PROBE_PORT: String(port), NODE_OPTIONS: `--expose-gc --import ${PROBE}` },
    look,
    lookWhenQuiet: async (signal) => {
      let last = await look();
      let same = 0;
      for (let looks = 1; looks < LOOKS_MAX && same < SAME_LOOKS; looks += 1) {
        await pause(LOOK_EVERY_MS, signal);
        const now = await look();
        same = socketsOf(now) === socketsOf(last) && timersOf(now) === timersOf(last) ? same + 1 : 0;
        last = now;
      }
      return last;
    },
  };
}
