import { describe, expect, it } from 'vitest';
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
