import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { TICKET_SECRET } from '../../support/bridge-under-test.ts';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
/** Services nobody listens for: nothing is asked of them before a call comes. */
const settings: Readonly<Record<string, string>> = {
  HOST: '127.0.0.1',
  PORT: '0',
  ACS_ENDPOINT: 'http://127.0.0.1:9',
  ACS_ACCESS_KEY: 'a2V5',
  ACS_RESOURCE_ID: 'a7c5e5ae-0000-4000-8000-2b6c1f5d7e90',
  ACS_JWKS_URL: 'http://127.0.0.1:9/calling/keys',
  ALLOW_INSECURE_URLS: 'true',
  STORAGE_CONNECTION_STRING:
    'DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;TableEndpoint=http://127.0.0.1:9/a;QueueEndpoint=http://127.0.0.1:9/a;BlobEndpoint=http://127.0.0.1:9/a;',
  TICKET_SECRET,
  CALLBACK_BASE_URL: 'http://127.0.0.1:9/api',
  SPEECH_ENDPOINT: 'ws://127.0.0.1:9',
  SPEECH_KEY: 'key',
  OPENAI_ENDPOINT: 'http://127.0.0.1:9',
  OPENAI_API_KEY: 'key',
  OPENAI_DEPLOYMENT: 'gpt',
  AGENTS_DIR: 'agents',
  AGENT: 'card-services',
  KNOWLEDGE_DIR: 'agents/knowledge',
};

const children: ChildProcessWithoutNullStreams[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(changes: Readonly<Record<string, string>> = {}): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, ['media-bridge/main.ts'], {
    cwd: REPOSITORY,
    env: { PATH: process.env['PATH'], ...settings, ...changes },
  });
  children.push(child);
  return child;
}

async function readyUrl(bridge: ChildProcessWithoutNullStreams): Promise<string> {
  for await (const line of createInterface({ input: bridge.stdout })) {
    const entry = JSON.parse(line) as { msg: string; listening?: { http: string } };
    if (entry.msg === 'ready' && entry.listening !== undefined) return entry.listening.http;
  }
  throw new Error('ended before it was ready');
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

describe('the media bridge as a process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('says where it listens, and ends cleanly on %s', async (signal) => {
    const bridge = start();
    const exit = once(bridge, 'exit');
    const url = await readyUrl(bridge);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/anything`)).status).toBe(404);
    bridge.kill(signal);
    expect(await exit).toEqual([0, null]);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  it('ends when its parent has gone', async () => {
    const bridge = start({ EXIT_WITH_PARENT: '1' });
    const exit = once(bridge, 'exit');
    await readyUrl(bridge);
    bridge.stdin.end();
    expect(await exit).toEqual([0, null]);
  });

  it('names every wrong setting at once, without a stack trace', async () => {
    const bridge = start({ PORT: 'http', TICKET_SECRET: 'short', MEDIA_TOKEN: 'optional', OPENAI_ENDPOINT: '' });
    const [complaint, exit] = await Promise.all([textOf(bridge.stderr), once(bridge, 'exit')]);
    expect(exit).toEqual([1, null]);
    for (const name of ['PORT', 'TICKET_SECRET', 'MEDIA_TOKEN', 'OPENAI_ENDPOINT']) expect(complaint).toContain(name);
    expect(complaint).not.toContain('    at ');
  });

  it('names the agents there are when it is to be another one', async () => {
    const bridge = start({ AGENT: 'nobody' });
    const [complaint, exit] = await Promise.all([textOf(bridge.stderr), once(bridge, 'exit')]);
    expect(exit).toEqual([1, null]);
    expect(complaint).toContain('card-services');
    expect(complaint).not.toContain('    at ');
  });

  it('says in one line that its port is taken', async () => {
    const first = start();
    const taken = new URL(await readyUrl(first)).port;
    const second = start({ PORT: taken });
    const [said, complaint, exit] = await Promise.all([
      textOf(second.stdout),
      textOf(second.stderr),
      once(second, 'exit'),
    ]);
    expect(exit).toEqual([1, null]);
    expect(said + complaint).toContain('EADDRINUSE');
    expect(said + complaint).not.toContain('    at ');
  });
});
