import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod';
import { slope } from '../report/statistics.ts';

const run = promisify(execFile);
const PROCESS = fileURLToPath(new URL('silence-process.ts', import.meta.url));

const line = z.object({ minute: z.number(), heapUsed: z.number(), external: z.number() });

/** `settles`: the service says every 15 s that it heard nothing. `mute`: it never says anything, as one that hangs. */
export type SilentService = 'settles' | 'mute';

/** What a minute of a caller's silence adds to one recogniser's memory, in bytes. */
export async function silenceGrowth(service: SilentService, minutes: number, signal: AbortSignal): Promise<number> {
  const { stdout } = await run(process.execPath, ['--expose-gc', PROCESS, String(minutes), service], { signal });
  const points = stdout
    .trim()
    .split('\n')
    .map((text) => line.parse(JSON.parse(text)));
  // The first minute also pays for what is loaded and compiled.
  return slope(points.slice(1).map(({ minute, heapUsed, external }) => [minute, heapUsed + external] as const));
}
