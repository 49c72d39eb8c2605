import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { startHostProcess } from '../../support/functions-host.ts';

const STORAGE = 'UseDevelopmentStorage=true';

describe('the Functions host as a process', () => {
  it('says which file did not load and why, without a stack trace', async () => {
    const host = await startHostProcess('test/fixtures/functions-app-broken');
    const { status, stderr } = await host.exited;
    expect(status).toBe(1);
    expect(stderr).toMatch(/functions-app-broken\/app\.mjs could not be loaded: the setting COLOUR is missing\n$/);
    expect(stderr).not.toContain('    at ');
  });

  it('names every setting that the functions miss', async () => {
    const host = await startHostProcess('test/fixtures/functions-app');
    const { status, stderr } = await host.exited;
    expect(status).toBe(1);
    expect(stderr).toContain('function queued: needs the setting QUEUE_NAME');
  });

  it('names every wrong setting of its own at once', async () => {
    const host = await startHostProcess('nowhere', { FUNCTIONS_HOST_KEY: 'short', FUNCTIONS_LISTEN: 'here' });
    const { status, stderr } = await host.exited;
    expect(status).toBe(1);
    expect(stderr).toContain('FUNCTIONS_HOST_KEY');
    expect(stderr).toContain('FUNCTIONS_LISTEN');
  });

  it('says that a folder holds no app', async () => {
    const host = await startHostProcess('test/fixtures/sip-tls');
    expect(await host.exited).toMatchObject({ status: 1 });
  });

  it('lets what runs end before it ends', async () => {
    const host = await startHostProcess('test/fixtures/functions-app', {
      AzureWebJobsStorage: STORAGE,
      QUEUE_NAME: 'q',
    });
    const answer = fetch(`${host.url}/api/slow`);
    await host.line({ msg: 'function started', functionName: 'slow' });
    host.kill('SIGTERM');
    expect(await (await answer).text()).toBe('done');
    expect(await host.exited).toMatchObject({ status: 0 });
  });

  it('answers a request that came while the app was loading', async () => {
    const port = await freePort();
    const starting = startHostProcess('test/fixtures/functions-app', {
      FUNCTIONS_LISTEN: `127.0.0.1:${port}`,
      AzureWebJobsStorage: STORAGE,
      QUEUE_NAME: 'q',
    });
    // As soon as it listens, which is before the app is there.
    const response = await vi.waitFor(() => fetch(`http://127.0.0.1:${port}/api/bytes`), {
      timeout: 20_000,
      interval: 2,
    });
    expect(response.status).toBe(200);
    const host = await starting;
    host.kill('SIGTERM');
    await host.exited;
  });

  it('gives up on an app that keeps dying', async () => {
    const host = await startHostProcess('test/fixtures/functions-app', {
      AzureWebJobsStorage: STORAGE,
      QUEUE_NAME: 'q',
    });
    for (let deaths = 0; deaths < 4; deaths += 1) await fetch(`${host.url}/api/dies`).catch(() => undefined);
    expect(await host.exited).toMatchObject({ status: 1, stderr: expect.stringContaining('4th time') as string });
  });

  it('ends with its parent', async () => {
    const host = await startHostProcess('test/fixtures/functions-app', {
      AzureWebJobsStorage: STORAGE,
      QUEUE_NAME: 'q',
    });
    host.leaveAlone();
    expect(await host.exited).toMatchObject({ status: 0 });
  });

  it('leaves no process of the app behind, even when it is killed', async () => {
    const host = await startHostProcess('test/fixtures/functions-app', {
      AzureWebJobsStorage: STORAGE,
      QUEUE_NAME: 'q',
    });
    host.kill('SIGKILL');
    expect(await host.exited).toMatchObject({ status: null });
  });
});

/** A port that nobody has at the moment. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
