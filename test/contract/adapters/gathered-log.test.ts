import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

const running = new Set<() => void>();
afterEach(() => {
  for (const kill of running) kill();
  running.clear();
});

/** A process of its own: how it ends is the matter. */
function start(script: string) {
  const program = `
    import { gatheredStdout } from '#adapters/logging/gathered-lines';
    import { createLogger } from '#adapters/logging/logger';
    const log = createLogger('test', { level: 'info', callerData: 'redact' }, gatheredStdout());
    ${script}
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: REPOSITORY,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  running.add(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  const messages: string[] = [];
  lines.on('line', (line) => messages.push((JSON.parse(line) as { msg: string }).msg));
  return { child, lines, messages, over: Promise.all([once(child, 'exit'), once(lines, 'close')]) };
}

const MANY = Array.from({ length: 150 }, (_, line) => String(line));
const logMany = 'for (let line = 0; line < 150; line += 1) log.info(String(line));';

describe('the log of a program that gathers its lines', () => {
  it.each([
    ['nothing is left to do', '', 0],
    ['the program is ended', 'process.exit(3);', 3],
    ['what was not foreseen ends the program', "throw new Error('not foreseen');", 1],
  ])('is whole and in order when %s', async (_, end, status) => {
    const { messages, over } = start(`${logMany} ${end}`);
    const [exit] = await over;
    expect(exit).toEqual([status, null]);
    expect(messages).toEqual(MANY);
  });

  it.each(['info', 'error'])('is out while the program goes on: %s', async (level) => {
    const { lines, messages } = start(`log.info('one'); log.${level}('two'); process.stdin.resume();`);
    while (messages.length < 2) await once(lines, 'line');
    expect(messages).toEqual(['one', 'two']);
  });

  it('is in order when it is more than is gathered', async () => {
    const { messages, over } = start(`
      for (let part = 0; part < 20; part += 1) {
        for (let line = 0; line < 150; line += 1) log.info(String(part * 150 + line));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    `);
    await over;
    expect(messages).toEqual(Array.from({ length: 3_000 }, (_, line) => String(line)));
  });
});
