import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../../infra/build/deployable.ts';
import { makeRelease, type Release } from '../../../infra/release/make-release.ts';
import { startAzurite, type Azurite } from '../../support/azurite.ts';
import { incomingCallEvent, TICKET_SECRET } from '../../support/function-services.ts';
import { HOST_KEY, startHostProcess, type HostProcess } from '../../support/functions-host.ts';
import { startHttpRecorder, type HttpRecorder } from '../../support/http-recorder.ts';

const ORIGIN = { commit: '0'.repeat(40), committedAtMs: 1_800_000_000_000, tree: 'as-committed' } as const;
/** Three bundles, and the bill of materials. */
const MAKING_MS = 240_000;

/** Outside the repository: nothing of its node_modules can be found from there. */
let folder: string;
let release: Release;
/** The release, unpacked. */
let unpacked: string;
let azurite: Azurite;
let acs: HttpRecorder;
beforeAll(async () => {
  [folder, azurite, acs] = await Promise.all([
    mkdtemp(path.join(tmpdir(), 'trunkline-package-')),
    startAzurite(),
    startHttpRecorder(),
  ]);
  release = await makeRelease(ORIGIN);
  const archive = path.join(folder, 'release.tar.gz');
  await writeFile(archive, release.archive);
  await promisify(execFile)('tar', ['-xzf', archive, '-C', folder]);
  unpacked = path.join(folder, release.name);
}, MAKING_MS);
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

describe('a release', () => {
  it(
    'is the same bytes when it is made again',
    async () => {
      expect((await makeRelease(ORIGIN)).sha256).toBe(release.sha256);
    },
    MAKING_MS,
  );

  it('lists every file in it with its hash, and no other', async () => {
    const { version, commit, files } = JSON.parse(await textOf('manifest.json')) as Manifest;
    expect([`trunkline-${version}`, commit]).toEqual([release.name, ORIGIN.commit]);
    const there = await Promise.all(
      (await filesOf(unpacked))
        .filter((file) => file !== 'manifest.json')
        .map(async (file) => [file, hashOf(await readFile(path.join(unpacked, file)))]),
    );
    expect(files.map(({ path: file, sha256 }) => [file, sha256])).toEqual(there.sort());
  });

  it('names no place of the machine it was made on', async () => {
    // Where the repository is, and where the packages were put together.
    const places = [root, 'trunkline-release-'];
    for (const file of await filesOf(unpacked)) {
      const text = await textOf(file);
      expect(
        places.filter((place) => text.includes(place)),
        file,
      ).toEqual([]);
    }
  });

  it('has all that azure.yaml and its hooks name, and every Bicep module', async () => {
    const there = await filesOf(unpacked);
    const azureYaml = await textOf('azure.yaml');
    const named = [...azureYaml.matchAll(/(?:project|path|context|sh): ?(?:sh )?([\w-]+\/[\w./-]+)|sh (\S+\.sh)/g)];
    expect(named.length).toBeGreaterThanOrEqual(4);
    for (const [, one, other] of named) {
      const place = one ?? other ?? '';
      expect(
        there.some((file) => file === place || file.startsWith(`${place}/`)),
        place,
      ).toBe(true);
    }
    for (const bicep of there.filter((file) => file.endsWith('.bicep'))) {
      for (const [, module = ''] of (await textOf(bicep)).matchAll(/^module \w+ '([^']+)'/gm))
        expect(there, bicep).toContain(path.posix.join(path.posix.dirname(bicep), module));
    }
  });

  it('says of every package of somebody else under which licence it comes, and has the words of most', async () => {
    const { components } = JSON.parse(await textOf('sbom.cdx.json')) as Bill;
    const refs = components.map((component) => component['bom-ref']);
    const licences = await textOf('THIRD-PARTY-LICENCES.txt');
    expect(refs.some((ref) => ref.startsWith('ws@'))).toBe(true);
    expect(refs.some((ref) => ref.startsWith('@echogarden/fvad-wasm@'))).toBe(true);
    expect(refs.filter((ref) => !licences.includes(`${ref}: `))).toEqual([]);
    expect(components.filter((component) => component.licenses.length === 0)).toEqual([]);
  });
});

describe('what is deployed, and nothing else', () => {
  const startFunctions = (): Promise<HostProcess> => {
    const app = path.join(unpacked, 'packages', 'functions');
    return startHostProcess(app, {
      ...settings(),
      AGENTS_DIR: path.join(app, 'agents'),
      AzureWebJobsStorage: azurite.connectionString,
      MEDIA_BASE_URL: 'ws://127.0.0.1:9',
    });
  };

  it('answers a call from the Functions package alone', async () => {
    const host = await startFunctions();
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

  it('deletes what is past its retention from the Functions package alone, when somebody says so before the night', async () => {
    const host = await startFunctions();
    try {
      const run = await fetch(`${host.url}/admin/functions/retention`, {
        method: 'POST',
        headers: { 'x-functions-key': HOST_KEY, 'content-type': 'application/json' },
        body: JSON.stringify({ input: '' }),
      });
      expect(run.status).toBe(202);
      expect(await host.line({ msg: 'retention run' })).toMatchObject({ state: 'finished', removed: { calls: 0 } });
    } finally {
      host.kill('SIGTERM');
      await host.exited;
    }
  });

  it('starts the media bridge from the files of its image alone', async () => {
    const app = path.join(unpacked, 'packages', 'media-bridge');
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

interface Manifest {
  readonly version: string;
  readonly commit: string;
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
}

interface Bill {
  readonly components: readonly { readonly 'bom-ref': string; readonly licenses: readonly unknown[] }[];
}

async function filesOf(place: string): Promise<readonly string[]> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(place, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'));
}

function textOf(file: string): Promise<string> {
  return readFile(path.join(unpacked, file), 'utf8');
}

function hashOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
