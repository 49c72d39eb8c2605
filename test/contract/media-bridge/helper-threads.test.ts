import { execFile } from 'node:child_process';
import { platform } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const MODULE = fileURLToPath(new URL('../../../media-bridge/helper-threads.ts', import.meta.url));

/** A process of its own: the priorities of this one are nobody's to change. */
const SCRIPT = `
  import { readdirSync, readFileSync } from 'node:fs';
  import { getPriority } from 'node:os';
  import { yieldHelperThreads } from ${JSON.stringify(MODULE)};
  const count = yieldHelperThreads();
  const threads = readdirSync('/proc/self/task').map((thread) => ({
    name: readFileSync('/proc/self/task/' + thread + '/comm', 'utf8').trim(),
    priority: getPriority(Number(thread)),
  }));
  console.log(JSON.stringify({ count, threads }));
`;

describe.runIf(platform() === 'linux')('collecting garbage beside the audio', () => {
  it('gives way to the thread that sends the frames, which keeps its own priority', async () => {
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', SCRIPT]);
    const { count, threads } = JSON.parse(stdout) as {
      count: number;
      threads: readonly { name: string; priority: number }[];
    };
    const helpers = threads.filter(({ name }) => name.startsWith('V8Worker'));
    expect(count).toBeGreaterThan(0);
    expect(helpers).toHaveLength(count);
    expect(helpers.map(({ priority }) => priority)).toEqual(helpers.map(() => 19));
    expect(threads.filter(({ name }) => !name.startsWith('V8Worker')).every(({ priority }) => priority === 0)).toBe(
      true,
    );
  });
});
