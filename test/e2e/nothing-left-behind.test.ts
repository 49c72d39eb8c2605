import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { StackStatus } from '../../emulator/stack/run-messages.ts';

const root = path.resolve(import.meta.dirname, '../..');
const GONE_WITHIN_MS = 20_000;

let running: ChildProcessWithoutNullStreams | undefined;

afterEach(() => {
  running?.kill('SIGKILL');
});

describe('a stack that is ended in the middle of a call', () => {
  it('leaves no process and no port behind after Ctrl-C', async () => {
    const { stack, status } = await stackInMidCall();
    stack.kill('SIGINT');
    expect(await exitOf(stack)).toBe(130);
    // It says that it is over only when everything is.
    expect(status.children.filter(isAlive)).toEqual([]);
    await expectPortsFree(status);
  });

  it('leaves no process and no port behind when it is killed itself', async () => {
    const { stack, status } = await stackInMidCall();
    stack.kill('SIGKILL');
    await exitOf(stack);
    await allGone(status.children);
    await expectPortsFree(status);
  });

  it('leaves no process behind after a Ctrl-C while it is starting', async () => {
    const stack = startStackProcess();
    await lineWith(stack, /SIP edge/);
    const children = descendantsOf(stack.pid ?? 0);
    expect(children.length).toBeGreaterThan(0);
    stack.kill('SIGINT');
    expect(await exitOf(stack)).toBe(130);
    expect(children.filter(isAlive)).toEqual([]);
  });
});

function startStackProcess(): ChildProcessWithoutNullStreams {
  running = spawn(process.execPath, ['emulator/stack/start.ts', '--once'], {
    cwd: root,
    env: { PATH: process.env['PATH'], STACK_LISTEN: '127.0.0.1:0' },
  });
  running.stderr.pipe(process.stderr);
  return running;
}

/** The agent is speaking: every process has a part in the call. */
async function stackInMidCall(): Promise<{ stack: ChildProcessWithoutNullStreams; status: StackStatus }> {
  const stack = startStackProcess();
  const [address, speaking] = [lineWith(stack, /stack at /), lineWith(stack, /agent +“/)];
  const url = /http:[^\s,]+/.exec(await address)?.[0] ?? '';
  const status = (await (await fetch(url)).json()) as StackStatus;
  await speaking;
  // Programs that the programs started count as well.
  const children = [...new Set([...status.children, ...descendantsOf(stack.pid ?? 0)])];
  expect(children.length).toBeGreaterThanOrEqual(6);
  expect(children.every(isAlive)).toBe(true);
  return { stack, status: { ...status, children } };
}

function lineWith(stack: ChildProcessWithoutNullStreams, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    createInterface({ input: stack.stdout }).on('line', (line) => {
      if (pattern.test(line)) resolve(line);
    });
    stack.once('close', () => reject(new Error(`the stack ended without a line with ${String(pattern)}`)));
  });
}

function exitOf(stack: ChildProcessWithoutNullStreams): Promise<number | null> {
  return new Promise((resolve) => stack.once('exit', (status) => resolve(status)));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // A process that nobody has waited for yet is no more than a row in a table.
  return !/^State:\s+Z/m.test(statusFile(pid));
}

function statusFile(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

function descendantsOf(pid: number): number[] {
  const direct = childrenFile(pid).split(' ').filter(Boolean).map(Number);
  return direct.flatMap((child) => [child, ...descendantsOf(child)]);
}

function childrenFile(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  } catch {
    return '';
  }
}

/** They are no children of ours, so no event tells of their end. */
async function allGone(pids: readonly number[]): Promise<void> {
  const limit = Date.now() + GONE_WITHIN_MS;
  while (pids.some(isAlive)) {
    if (Date.now() > limit) throw new Error(`still alive: ${pids.filter(isAlive).join(', ')}`);
    await delay(50);
  }
}

async function expectPortsFree({ addresses }: StackStatus): Promise<void> {
  const { sip, ...urls } = addresses;
  const ports = [sip.tcp, ...Object.values(urls).flatMap((url) => (url === undefined ? [] : new URL(url).host))];
  expect(ports.length).toBeGreaterThanOrEqual(6);
  for (const address of ports) expect(await isListening(address), address).toBe(false);
}

function isListening(address: string): Promise<boolean> {
  const [host = '', port] = address.split(':');
  return new Promise((resolve) => {
    const socket = createConnection({ host, port: Number(port) });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
