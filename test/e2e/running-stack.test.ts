import { spawn } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseScenario, readScenario } from '../../emulator/scenario/read-scenario.ts';
import type { Scenario } from '../../emulator/scenario/schema.ts';
import { stackConfig } from '../../emulator/stack/config.ts';
import { startControlApi } from '../../emulator/stack/control-api.ts';
import { isStackRunning, runInStack } from '../../emulator/stack/running-stack.ts';
import { startStack, type Stack } from '../../emulator/stack/stack.ts';
import type { StoryLine } from '../../emulator/stack/story/story.ts';

const root = path.resolve(import.meta.dirname, '../..');
const SHORT = path.join(root, 'scenarios/hang-up-during-greeting.yaml');

let stack: Stack | undefined;
let control: Awaited<ReturnType<typeof startControlApi>> | undefined;
let short: Scenario;

beforeAll(async () => {
  short = await readScenario(SHORT);
  const started = await startStack();
  stack = started;
  control = await startControlApi({ host: '127.0.0.1', port: 0, isDefault: false }, started, (scenario, options) =>
    started.run(scenario, options),
  );
});

afterAll(async () => {
  await control?.close();
  await stack?.stop();
});

const url = (): string => control?.url ?? '';

describe('a running stack', () => {
  it('says that it is one', async () => {
    expect(await isStackRunning(url())).toBe(true);
    expect(await isStackRunning(stack?.addresses.edgeUrl ?? '')).toBe(false);
  });

  it('runs a scenario for another program, and tells what happens', async () => {
    const story: StoryLine[] = [];
    const events: string[] = [];
    const result = await runInStack(url(), short, {
      onStory: (line) => story.push(line),
      onEvent: ({ type }) => events.push(type),
    });
    expect(result.failures).toEqual([]);
    expect(story[0]?.text).toMatch(/INVITE/);
    expect(events).toContain('call-ended');
  });

  it('lets a second scenario wait for the first', async () => {
    const order: string[] = [];
    const run = (name: string): Promise<unknown> =>
      runInStack(url(), { ...short, name }, { onEvent: ({ type }) => order.push(`${name} ${type}`) });
    await Promise.all([run('first'), run('second')]);
    const starts = order.flatMap((event, index) => (event.endsWith('call-placed') ? [index] : []));
    const [firstEnd = -1] = order.flatMap((event, index) => (event.endsWith('call-ended') ? [index] : []));
    expect(starts[1]).toBeGreaterThan(firstEnd);
  });

  it('goes on when a client leaves in the middle of its call', async () => {
    const long = parseScenario(
      `{ name: long, description: a caller who stays, callers: [{ name: waits, from: '+14255550100', to: '+18005550199',
        steps: [{ wait_for: answer }, { wait: 60s }] }] }`,
      'long',
    );
    const leaving = new AbortController();
    const left = runInStack(url(), long, {
      signal: leaving.signal,
      onStory: ({ place }) => {
        if (place === 'agent') leaving.abort(new Error('enough'));
      },
    });
    await expect(left).rejects.toThrow('enough');
    expect((await runInStack(url(), short, {})).failures).toEqual([]);
  });

  it('names line and field of a scenario that is wrong', async () => {
    const response = await post('name: x\ndescription: y\ncallers: 7\n');
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(/scenario:3: callers/);
  });

  it('takes nothing from a web page, and nothing endless', async () => {
    expect((await post('name: x', { origin: 'https://contoso.example' })).status).toBe(403);
    expect((await post('#'.repeat(300_000))).status).toBe(413);
  });

  it('is found by npm run call, which prints one JSON object', async () => {
    const { status, output } = await callCommand([SHORT, '--json'], { STACK_LISTEN: new URL(url()).host });
    expect(JSON.parse(output)).toMatchObject({ name: short.name, failures: [], passed: true });
    expect(status).toBe(0);
  });
});

describe('a stack that cannot start', () => {
  it('says which program ended, with its last lines', async () => {
    const config = stackConfig({ AGENT: 'nobody' });
    await expect(startStack({ config })).rejects.toThrow(/media bridge ended with status 1[\s\S]*AGENT/);
  });

  it('starts nothing when nobody wants it any more', async () => {
    const config = stackConfig({});
    await expect(startStack({ config, signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow('too late');
  });
});

function post(body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url()}/scenarios`, { method: 'POST', body, headers });
}

async function callCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ status: number | null; output: string }> {
  const child = spawn(process.execPath, ['emulator/scenario/call.ts', ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, output };
}
