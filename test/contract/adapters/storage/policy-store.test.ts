import { TableClient } from '@azure/data-tables';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { tableBridgeReports } from '#adapters/storage/table-bridge-reports';
import { tablePolicyStore } from '#adapters/storage/table-policy-store';
import { startAzurite, type Azurite } from '../../../support/azurite.ts';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

const { signal } = new AbortController();
const client = (table: string): TableClient =>
  TableClient.fromConnectionString(azurite.connectionString, table, { allowInsecureConnection: true });

describe('the live admission policy', () => {
  afterEach(async () => {
    await client('admission')
      .deleteEntity('policy', 'live')
      .catch(() => undefined);
  });

  it('is not there before anybody has put one, in a new storage account', async () => {
    expect(await tablePolicyStore(azurite.account).load(signal)).toBeUndefined();
  });

  it('is given back as it was written, comments and all, with the time of the change', async () => {
    const store = tablePolicyStore(azurite.account);
    const yaml = `# Grüße\nagent: on\n${'# x\n'.repeat(20_000)}`;
    expect(await store.replace(undefined, yaml, signal)).toBe(true);
    const stored = await store.load(signal);
    expect(stored?.yaml).toBe(yaml);
    expect(Math.abs((stored?.changedAtMs ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  it('is changed by the first of two who read the same', async () => {
    const store = tablePolicyStore(azurite.account);
    await store.replace(undefined, 'agent: on', signal);
    const read = await store.load(signal);
    expect(await store.replace(read, 'agent: off', signal)).toBe(true);
    expect(await store.replace(read, 'agent: on', signal)).toBe(false);
    expect(await store.replace(undefined, 'agent: on', signal)).toBe(false);
    expect((await store.load(signal))?.yaml).toBe('agent: off');
  });

  it('is taken away only by who has read what is there', async () => {
    const store = tablePolicyStore(azurite.account);
    await store.replace(undefined, 'agent: on', signal);
    const read = await store.load(signal);
    await store.replace(read, 'agent: off', signal);
    expect(await store.remove(read!, signal)).toBe(false);
    expect(await store.remove((await store.load(signal))!, signal)).toBe(true);
    expect(await store.load(signal)).toBeUndefined();
  });

  it('is a port error when the row holds something else, or the storage is out of reach', async () => {
    await client('admission').createEntity({ partitionKey: 'policy', rowKey: 'live', json: '{"yaml":7}' });
    const unreadable = { name: 'PortError', port: 'policy-store', retryable: false };
    await expect(tablePolicyStore(azurite.account).load(signal)).rejects.toMatchObject(unreadable);
    const nowhere = azurite.connectionString.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:1');
    const store = tablePolicyStore({ by: 'connection-string', connectionString: nowhere, allowInsecure: true });
    await expect(store.load(signal)).rejects.toMatchObject({ name: 'PortError', retryable: true });
  });
});

describe('what bridges report', () => {
  const report = { replica: 'bridge-1', state: 'serving', calls: 3, maxCalls: 50, failing: [] } as const;

  it('is nothing in a new storage account', async () => {
    expect(await tableBridgeReports(azurite.account).list(signal)).toEqual([]);
  });

  it('is the last of each, with the time by the storage', async () => {
    const reports = tableBridgeReports(azurite.account);
    await reports.save(report, signal);
    await reports.save({ ...report, calls: 4, failing: ['language-model', 'speech-to-text'] }, signal);
    await reports.save({ ...report, replica: 'bridge-2', state: 'draining' }, signal);
    const list = await reports.list(signal);
    expect(list).toMatchObject([
      { replica: 'bridge-1', calls: 4, failing: ['language-model', 'speech-to-text'] },
      { replica: 'bridge-2', state: 'draining', failing: [] },
    ]);
    for (const { atMs } of list) expect(Math.abs(atMs - Date.now())).toBeLessThan(60_000);
  });

  it('is gone with its bridge, also when it is taken away twice', async () => {
    const reports = tableBridgeReports(azurite.account);
    await reports.save(report, signal);
    await reports.remove('bridge-1', signal);
    await reports.remove('bridge-1', signal);
    await reports.remove('bridge-2', signal);
    expect(await reports.list(signal)).toEqual([]);
  });

  it('leaves out what another version wrote', async () => {
    await client('bridges').upsertEntity({ partitionKey: 'bridge', rowKey: 'odd', state: 'asleep', calls: 'many' });
    expect(await tableBridgeReports(azurite.account).list(signal)).toEqual([]);
  });
});
