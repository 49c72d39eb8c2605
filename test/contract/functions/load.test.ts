import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tableBridgeReports } from '#adapters/storage/table-bridge-reports';
import type { BridgeReport } from '#core/admission/region';
import { packageInto } from '../../../infra/build/package-into.ts';
import { startAzurite, type Azurite } from '../../support/azurite.ts';
import { startBreakableProxy, type BreakableProxy } from '../../support/breakable-proxy.ts';
import { readBicep } from '../../support/bicep.ts';
import { TICKET_SECRET } from '../../support/function-services.ts';
import { startHostProcess, type HostProcess } from '../../support/functions-host.ts';

const LOAD_KEY = 'a-key-of-at-least-thirty-two-characters';
/** Far more than the functions give themselves. */
const ASKER_WAITS_MS = 20_000;
const { signal } = new AbortController();

let folder: string;
let azurite: Azurite;
let tables: BreakableProxy;
let host: HostProcess;
const accountOf = (connectionString: string) =>
  ({ by: 'connection-string', connectionString, allowInsecure: true }) as const;

beforeAll(async () => {
  [folder, azurite] = await Promise.all([mkdtemp(path.join(tmpdir(), 'trunkline-load-')), startAzurite()]);
  await packageInto('functions', folder);
  const endpoint = /TableEndpoint=(http:\/\/[^/;]+)/.exec(azurite.connectionString)?.[1] ?? '';
  tables = await startBreakableProxy(endpoint);
  host = await startFunctions({ LOAD_KEY });
}, 120_000);
afterAll(async () => {
  host.kill('SIGTERM');
  await host.exited;
  await Promise.all([tables.close(), azurite.stop()]);
  await rm(folder, { recursive: true });
});

async function startFunctions(env: Readonly<Record<string, string>>): Promise<HostProcess> {
  const started = await startHostProcess(folder, {
    ACS_ENDPOINT: 'http://127.0.0.1:9',
    ACS_ACCESS_KEY: Buffer.from('key').toString('base64'),
    ACS_RESOURCE_ID: 'a7c5e5ae-0000-4000-8000-2b6c1f5d7e90',
    ALLOW_INSECURE_URLS: 'true',
    AGENT: 'card-services',
    AzureWebJobsStorage: azurite.connectionString,
    STORAGE_CONNECTION_STRING: azurite.connectionString.replace(/(?<=TableEndpoint=)http:\/\/[^/;]+/, tables.url),
    TICKET_SECRET,
    CALLBACK_BASE_URL: 'http://127.0.0.1:9/api',
    MEDIA_BASE_URL: 'ws://127.0.0.1:9',
    ...env,
  });
  if (started.url === '') throw new Error(`the functions did not start: ${(await started.exited).stderr}`);
  return started;
}

/** As KEDA asks. */
function ask(headers: Readonly<Record<string, string>> = { 'X-API-KEY': LOAD_KEY }, of = host): Promise<Response> {
  return fetch(`${of.url}/api/load`, { headers, signal: AbortSignal.timeout(ASKER_WAITS_MS) });
}

const reports = () => tableBridgeReports(accountOf(azurite.connectionString));
const bridge = (replica: string, calls: number, state: BridgeReport['state'] = 'serving') =>
  reports().save({ replica, state, calls, maxCalls: 50, failing: [] }, signal);

describe('the scale rule that asks how full the bridges are', () => {
  beforeEach(async () => {
    tables.become('passes');
    for (const { replica } of await reports().list(signal)) await reports().remove(replica, signal);
  });

  it('is told the calls of all bridges and the places they have, and nothing of a caller', async () => {
    await bridge('one', 12);
    await bridge('two', 61);
    await bridge('three', 4, 'draining');
    const response = await ask();
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ calls: 77, capacity: 100, demand: 77, serving: 2, draining: 1 });
  });

  it('finds the number where the template says that it is', async () => {
    await bridge('one', 12);
    const text = (await readBicep()).get('modules/media-bridge.bicep')?.text ?? '';
    const location = /valueLocation: '(\w+)'/.exec(text)?.[1] ?? '';
    expect(((await (await ask()).json()) as Record<string, unknown>)[location]).toBe(12);
    expect((await readBicep()).get('resources.bicep')?.text).toContain("loadUrl: 'https://${functionsHost}/api/load'");
  });

  it.each([
    ['no key', {}],
    ['an empty key', { 'X-API-KEY': '' }],
    ['another key', { 'X-API-KEY': 'another-key-of-thirty-two-characters' }],
    ['a part of the key', { 'X-API-KEY': LOAD_KEY.slice(1) }],
    ['the key in another header', { Authorization: `Bearer ${LOAD_KEY}` }],
  ])('is told nothing with %s', async (_, headers) => {
    await bridge('one', 12);
    const response = await ask(headers);
    expect(response.status).toBe(401);
    expect(await response.text()).not.toMatch(/calls|12/);
  });

  it('gets no number while no bridge says how it is', async () => {
    const response = await ask();
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ error: 'no bridge reports' });
  });

  it.each(['refuses', 'hangs'] as const)(
    'gets no number, and in time, while storage %s, and the right one afterwards',
    async (mode) => {
      await bridge('one', 12);
      tables.become(mode);
      const response = await ask();
      expect(response.status).toBe(503);
      expect(await response.json()).toEqual({ error: 'the reports of the bridges cannot be read from storage' });
      tables.become('passes');
      expect(await (await ask()).json()).toMatchObject({ calls: 12 });
    },
  );

  it('is told nothing by functions that have no LOAD_KEY', async () => {
    await bridge('one', 12);
    const without = await startFunctions({});
    expect((await ask({}, without)).status).toBe(401);
    expect((await ask(undefined, without)).status).toBe(401);
    without.kill('SIGTERM');
    await without.exited;
  });
});
