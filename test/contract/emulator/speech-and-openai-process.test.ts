import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';

function start(program: string, env: Record<string, string>): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [`emulator/${program}/main.ts`], { env: { PATH: process.env['PATH'], ...env } });
}

async function readyUrl(child: ChildProcessWithoutNullStreams): Promise<string> {
  for await (const line of createInterface({ input: child.stdout })) {
    const entry = JSON.parse(line) as { msg: string; component: string; listening?: { http: string } };
    if (entry.msg === 'ready' && entry.listening !== undefined) return entry.listening.http;
  }
  throw new Error('ended before it was ready');
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

describe.each(['speech', 'openai'])('the %s emulator as a process', (program) => {
  it.each(['SIGTERM', 'SIGINT'] as const)('says where it listens, and ends cleanly on %s', async (signal) => {
    const child = start(program, {});
    const exit = once(child, 'exit');
    const url = await readyUrl(child);
    expect((await fetch(`${url}/control/health`)).status).toBe(200);
    child.kill(signal);
    expect(await exit).toEqual([0, null]);
    await expect(fetch(`${url}/control/health`)).rejects.toThrow();
  });

  it('ends when its parent has gone', async () => {
    const child = start(program, { EXIT_WITH_PARENT: '1' });
    const exit = once(child, 'exit');
    await readyUrl(child);
    child.stdin.end();
    expect(await exit).toEqual([0, null]);
  });

  it('says in one line that its port is taken', async () => {
    const first = start(program, {});
    const taken = new URL(await readyUrl(first)).host;
    const second = start(program, { SPEECH_LISTEN: taken, OPENAI_LISTEN: taken });
    const [complaint, exit] = await Promise.all([textOf(second.stdout), once(second, 'exit')]);
    expect(exit).toEqual([1, null]);
    expect(complaint).toContain('EADDRINUSE');
    expect(complaint).not.toContain('    at ');
    const ended = once(first, 'exit');
    first.kill('SIGTERM');
    await ended;
  });

  it('names every wrong setting at once, without a stack trace', async () => {
    const child = start(program, { SPEECH_LISTEN: 'here', OPENAI_LISTEN: 'here', LOG_LEVEL: 'loud' });
    const [complaint, exit] = await Promise.all([textOf(child.stderr), once(child, 'exit')]);
    expect(exit).toEqual([1, null]);
    expect(complaint).toContain('LISTEN');
    expect(complaint).toContain('LOG_LEVEL');
    expect(complaint).not.toContain('    at ');
  });
});
