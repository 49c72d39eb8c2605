import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { TableClient, TableServiceClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StorageAccount } from '#adapters/storage/settings';
import { tableAttemptStore } from '#adapters/storage/table-attempt-store';
import { tableCallBackRequests } from '#adapters/storage/table-call-back-requests';
import { tableCallStore } from '#adapters/storage/table-call-store';
import { tableCallerStore } from '#adapters/storage/table-caller-store';
import { tableSessionStore } from '#adapters/storage/table-session-store';
import { nothingUnfinished } from '#core/conversation/unfinished';
import type { CallId } from '#core/ids';
import { startAzurite, type Azurite } from '../../../support/azurite.ts';
import { callIn } from '../../../support/call.ts';
import { offer } from '../../../support/offered-call.ts';

const guide = readFileSync(new URL('../../../../docs/operations.md', import.meta.url), 'utf8');
const OTHER = 'c-fedcba9876543210fedcba98' as CallId;
const CUSTOMERS = { [offer.callId]: 'C-4711', [OTHER]: 'C-4712' };

let azurite: Azurite;
let account: StorageAccount;
beforeAll(async () => {
  azurite = await startAzurite();
  account = { by: 'connection-string', connectionString: azurite.connectionString, allowInsecure: true };
  await keepEverythingOf(offer.callId);
  await keepEverythingOf(OTHER);
});
afterAll(() => azurite.stop());

const { signal } = new AbortController();
const insecure = { allowInsecureConnection: true };
const tableOf = (name: string) => TableClient.fromConnectionString(azurite.connectionString, name, insecure);

/** A call that has left something in every place there is, with more talk than a row holds. */
async function keepEverythingOf(callId: CallId): Promise<void> {
  const ended = { ...callIn.ended, offer: { ...offer, callId } };
  await tableCallStore(account).create(ended, signal);
  await tableCallerStore(account).save(callId, { kind: 'nobody' }, signal);
  const lease = await tableSessionStore(account).claim(callId, signal);
  await lease.save(
    {
      callId,
      agent: 'billing',
      language: 'en-US',
      turns: [{ by: 'caller', text: 'x'.repeat(600_000), atMs: 0, confidence: 0.9 }],
      incidents: [],
      identity: { kind: 'unknown' },
      packet: undefined,
      unfinished: nothingUnfinished,
    },
    signal,
  );
  await tableCallBackRequests(account).record(
    {
      callId,
      contextId: offer.contextId,
      requestedAtMs: offer.offeredAtMs,
      queue: 'disputes',
      number: '+14255550100',
      line: 'closed',
      calledFrom: undefined,
      packet: { intent: 'dispute', summary: 'A charge.', language: 'en-US', customerId: CUSTOMERS[callId] },
    },
    signal,
  );
  const attempts = tableAttemptStore(account);
  const customer = CUSTOMERS[callId] ?? '';
  const before = await attempts.load(customer, signal);
  await attempts.replace(customer, before, { wrong: 1, lastAtMs: offer.offeredAtMs }, signal);
}

/** `table/partition/row` and `blob/name` of all that the account holds. */
async function everythingKept(): Promise<readonly string[]> {
  const kept: string[] = [];
  for await (const { name = '' } of TableServiceClient.fromConnectionString(
    azurite.connectionString,
    insecure,
  ).listTables()) {
    for await (const { partitionKey, rowKey } of tableOf(name).listEntities()) {
      kept.push(`${name}/${partitionKey ?? ''}/${rowKey ?? ''}`);
    }
  }
  const blobs = BlobServiceClient.fromConnectionString(azurite.connectionString);
  for await (const { name: container } of blobs.listContainers()) {
    for await (const { name } of blobs.getContainerClient(container).listBlobsFlat()) kept.push(`${container}/${name}`);
  }
  return kept;
}

/** Does what the guide's commands say, with the guide's own shell for what they compute. */
async function eraseAsTheGuideSays(call: CallId, customerId: string): Promise<void> {
  const env = { ...process.env, CALL: call, CUSTOMER_ID: customerId };
  const said = (words: string): string => execFileSync('sh', ['-c', `printf %s ${words}`], { env, encoding: 'utf8' });
  const rows = [...guide.matchAll(/\bgone ([A-Za-z]+) (\$CALL|\$\(.+?\)) ([a-z-]+)/g)];
  for (const [, table = '', partition = '', row = ''] of rows) {
    await tableOf(table).deleteEntity(said(partition), row);
  }
  const [, container = '', pattern = ''] = /delete-batch --source ([a-z-]+) --pattern "([^"]+)"/.exec(guide) ?? [];
  const prefix = said(`"${pattern}"`).replace(/\*$/, '');
  const blobs = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient(container);
  for await (const { name } of blobs.listBlobsFlat({ prefix })) await blobs.deleteBlob(name);
}

describe('a caller who asks to be forgotten', () => {
  it('is gone from every table and blob after the commands of the guide, and nobody else is', async () => {
    const before = await everythingKept();
    const [own, others] = [offer.callId, OTHER].map((id) => before.filter((place) => place.includes(id)).length);
    expect(own).toBe(5);
    expect(others).toBe(own);
    expect(before.length).toBe(2 * 5 + 2);
    await eraseAsTheGuideSays(offer.callId, CUSTOMERS[offer.callId] ?? '');
    const after = await everythingKept();
    expect(after.filter((place) => place.includes(offer.callId))).toEqual([]);
    expect(after.filter((place) => place.includes(OTHER))).toHaveLength(5);
    expect(after.length).toBe(before.length / 2);
  });
});
