import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageInto } from '../../../infra/build/package-into.ts';
import { startAzurite, type Azurite } from '../../support/azurite.ts';
import { incomingCallEvent, TICKET_SECRET } from '../../support/function-services.ts';
import { HOST_KEY, startHostProcess } from '../../support/functions-host.ts';
import { startHttpRecorder, type HttpRecorder } from '../../support/http-recorder.ts';

/** Outside the repository: nothing of its node_modules can be found from there. */
let folder: string;
let azurite: Azurite;
let acs: HttpRecorder;
beforeAll(async () => {
  [folder, azurite, acs] = await Promise.all([
    mkdtemp(path.join(tmpdir(), 'trunkline-package-')),
    startAzurite(),
    startHttpRecorder(),
  ]);
});
afterAll(async () => {
  await Promise.all([azurite.stop(), acs.close()]);
  await rm(folder, { recursive: true });
});

function settings(): Record<string, string> {
  return {
    ACS_ENDPOINT: acs.url,
    ACS_ACCESS_KEY: Buffer.from('key').toString('base64'),
    ACS_RESOURCE_ID: 'a7c5e5ae-0000-4000-8000-2b6c1f5d7e90',
    ALLOW_INSECURE_URLS: 'true',
    AGENT: 'card-services',
    STORAGE_CONNECTION_STRING: azurite.connectionString,
    TICKET_SECRET,
    CALLBACK_BASE_URL: 'http://127.0.0.1:9/api',
  };
}

describe('what is deployed, and nothing else', () => {
  it('answers a call from the Functions package alone', async () => {
    const app = path.join(folder, 'functions');
    await packageInto('functions', app);
    const host = await startHostProcess(app, {
      ...settings(),
      AGENTS_DIR: path.join(app, 'agents'),
      AzureWebJobsStorage: azurite.connectionString,
      MEDIA_BASE_URL: 'ws://127.0.0.1:9',
    });
    try {
      const delivered = await fetch(
        `${host.url}/runtime/webhooks/EventGrid?functionName=incomingCall&code=${HOST_KEY}`,
        {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'aeg-event-type': 'Notification' },
          body: JSON.stringify([incomingCallEvent({}, { eventTime: new Date().toISOString() })]),
        },
      );
      expect(delivered.status).toBeLessThan(300);
      const [answer] = acs.requests;
      expect(answer?.path).toMatch(/^\/calling\/callConnections:answer/);
    } finally {
      host.kill('SIGTERM');
      await host.exited;
    }
  });

  it('starts the media bridge from the files of its image alone', async () => {
    const app = path.join(folder, 'media-bridge');
    await packageInto('media-bridge', app);
    const bridge = spawn(process.execPath, ['main.js'], {
      cwd: app,
      env: {
        ...settings(),
        PORT: '0',
        SPEECH_ENDPOINT: 'ws://127.0.0.1:9',
        SPEECH_KEY: 'key',
        OPENAI_ENDPOINT: 'http://127.0.0.1:9',
        OPENAI_API_KEY: 'key',
        OPENAI_DEPLOYMENT: 'chat',
        KNOWLEDGE_DIR: 'agents/knowledge',
      },
    });
    try {
      expect(await healthOf(await readyUrl(bridge.stdout))).toBe(200);
    } finally {
      const ended = once(bridge, 'exit');
      bridge.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
    }
  });
});

async function readyUrl(stdout: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stdout })) {
    const { msg, listening } = JSON.parse(line) as { msg: string; listening?: { http: string } };
    if (msg === 'ready' && listening !== undefined) return listening.http;
  }
  throw new Error('ended before it was ready');
}

async function healthOf(url: string): Promise<number> {
  return (await fetch(`${url}/healthz`)).status;
}
