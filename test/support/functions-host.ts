import { spawn } from 'node:child_process';
import { EventEmitter, on } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));

export const HOST_KEY = 'a-key-for-tests-only';

type Line = Readonly<Record<string, unknown>>;

export interface HostProcess {
  readonly url: string;
  readonly pid: number;
  /** The first line logged, before or after, that has these fields. */
  line(fields: Line): Promise<Line>;
  /** Once the host and everything that it started have let go of their output. */
  readonly exited: Promise<{ readonly status: number | null; readonly stderr: string }>;
  kill(signal: NodeJS.Signals): void;
  /** As when this process were gone. */
  leaveAlone(): void;
}

/** Starts the Functions host as a process. Without `url` when it ended before it served. */
export async function startHostProcess(
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<HostProcess> {
  const child = spawn(process.execPath, ['emulator/functions-host/main.ts'], {
    cwd: REPOSITORY,
    env: {
      PATH: process.env['PATH'],
      FUNCTIONS_APP_DIR: folder,
      FUNCTIONS_HOST_KEY: HOST_KEY,
      LOG_LEVEL: 'debug',
      EXIT_WITH_PARENT: '1',
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const lines: Line[] = [];
  const news = new EventEmitter().setMaxListeners(0);
  createInterface({ input: child.stdout }).on('line', (text) => {
    lines.push(JSON.parse(text) as Line);
    news.emit('line');
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const exited = new Promise<{ status: number | null; stderr: string }>((resolve) => {
    child.once('close', (status) => {
      resolve({ status, stderr });
      news.emit('line');
    });
  });
  const line = async (fields: Line): Promise<Line> => {
    const fits = (candidate: Line): boolean =>
      Object.entries(fields).every(([name, value]) => candidate[name] === value);
    const already = lines.find(fits);
    if (already) return already;
    for await (const _news of on(news, 'line', { signal: AbortSignal.timeout(20_000) })) {
      const found = lines.find(fits);
      if (found) return found;
    }
    throw new Error('no more lines');
  };
  const ready = await Promise.race([line({ msg: 'ready' }), exited.then(() => undefined)]);
  const listening = ready?.['listening'] as { http: string } | undefined;
  return {
    url: listening?.http ?? '',
    pid: child.pid ?? 0,
    line,
    exited,
    kill: (signal) => void child.kill(signal),
    leaveAlone: () => child.stdin.destroy(),
  };
}
