import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableCallStore } from '#adapters/storage/table-call-store';
import { FAILURE_TRANSFER_ID } from '#core/call/last-resort';
import type { CallState } from '#core/call/state';
import type { CallId } from '#core/ids';
import type { CallStore } from '#core/ports/call-store';
import { TableClient } from '@azure/data-tables';
import { startAzurite, type Azurite } from '../../../support/azurite.ts';
import { memoryCallStore } from '../../../support/memory-call-store.ts';
import { connectionId, offer } from '../../../support/offered-call.ts';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

const { signal } = new AbortController();
let calls = 0;
const offeredCall = (): CallState => {
  calls += 1;
  return { phase: 'offered', offer: { ...offer, callId: `c-test-${calls}-${'0'.repeat(8)}` as CallId } };
};

/** The same for the store that unit tests run on: otherwise it would rot. */
describe.each([
  ['in tables', () => tableCallStore(azurite.account)],
  ['in memory', () => memoryCallStore()],
] as const)('call rows %s', (_, openStore) => {
  let store: CallStore;
  beforeAll(() => {
    store = openStore();
  });

  it('gives back what was written', async () => {
    const state = offeredCall();
    await store.create(state, signal);
    expect((await store.load(state.offer.callId, signal))?.state).toEqual(state);
  });

  it('has nothing of a call that nobody wrote', async () => {
    expect(await store.load('c-never-written' as CallId, signal)).toBeUndefined();
  });

  it('gives a call to the first of two that create its row', async () => {
    const state = offeredCall();
    const results = await Promise.all([store.create(state, signal), store.create(state, signal)]);
    expect(results.filter(({ written }) => written)).toHaveLength(1);
  });

  it('refuses to replace a row that somebody replaced meanwhile', async () => {
    const state = offeredCall();
    const created = await store.create(state, signal);
    if (!created.written) throw new Error('expected a new row');
    const answered: CallState = { phase: 'answered', offer: state.offer, connectionId };
    const first = await store.replace(created.stored, answered, signal);
    expect(first).toMatchObject({ written: true, stored: { state: answered } });
    expect(await store.replace(created.stored, answered, signal)).toEqual({ written: false });
  });

  it('takes a second change on the version that the first one gave', async () => {
    const state = offeredCall();
    const created = await store.create(state, signal);
    if (!created.written) throw new Error('expected a new row');
    const answered = await store.replace(
      created.stored,
      { phase: 'answered', offer: state.offer, connectionId },
      signal,
    );
    if (!answered.written) throw new Error('expected the row to be replaced');
    const ended: CallState = {
      phase: 'ended',
      offer: state.offer,
      endedAtMs: 1,
      outcome: { kind: 'caller-hung-up' },
      connectionId,
      transfer: undefined,
      source: 'front',
    };
    expect(await store.replace(answered.stored, ended, signal)).toMatchObject({ written: true });
    expect((await store.load(state.offer.callId, signal))?.state).toMatchObject({ phase: 'ended' });
  });
});

describe('a call row in tables', () => {
  const client = (): TableClient =>
    TableClient.fromConnectionString(azurite.connectionString, 'calls', { allowInsecureConnection: true });

  it('shows phase and outcome in columns of their own', async () => {
    const state = offeredCall();
    await tableCallStore(azurite.account).create(state, signal);
    const row = await client().getEntity(state.offer.callId, 'call');
    expect(row).toMatchObject({ phase: 'offered', outcome: '', contextId: offer.contextId });
  });

  it('keeps hostile headers of any size as they are', async () => {
    const state = offeredCall();
    const custom = Object.fromEntries(
      Array.from({ length: 200 }, (_, index) => [`h-${index}`, `${'x'.repeat(index % 7)}${'🎈'.repeat(60)}"\\\u0000`]),
    );
    const hostile: CallState = { phase: 'offered', offer: { ...state.offer, headers: { userToUser: '\r\n', custom } } };
    const store = tableCallStore(azurite.account);
    await store.create(hostile, signal);
    expect((await store.load(state.offer.callId, signal))?.state).toEqual(hostile);
  });

  it('does not know whether a transfer was asked for when the row does not say', async () => {
    const transfer = { id: FAILURE_TRANSFER_ID, result: { kind: 'under-way', atMs: 1 } };
    const state = { ...offeredCall(), phase: 'connected', connectionId, connectedAtMs: 0, mediaLostAtMs: [], transfer };
    const id = state.offer.callId;
    await client().createTable();
    await client().createEntity({ partitionKey: id, rowKey: 'call', json: JSON.stringify({ version: 1, state }) });
    const stored = await tableCallStore(azurite.account).load(id, signal);
    expect(stored?.state).toMatchObject({ transfer: { ...transfer, result: { atMs: 1, asked: 'unknown' } } });
  });

  it.each([
    ['no JSON', { json: '{"version":1,' }],
    ['another version', { json: '{"version":2,"state":{"phase":"offered"}}' }],
    ['an unknown phase', { json: '{"version":1,"state":{"phase":"dancing"}}' }],
    ['null', { json: 'null' }],
    ['nothing', {}],
  ])('is a port error when it holds %s', async (_, columns) => {
    const id = offeredCall().offer.callId;
    await client().createTable();
    await client().createEntity({ partitionKey: id, rowKey: 'call', ...columns });
    await expect(tableCallStore(azurite.account).load(id, signal)).rejects.toMatchObject({
      name: 'PortError',
      port: 'call-store',
      retryable: false,
    });
  });

  it('is a retryable port error when storage cannot be reached', async () => {
    const unreachable = azurite.connectionString.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:1');
    const store = tableCallStore({ by: 'connection-string', connectionString: unreachable, allowInsecure: true });
    await expect(store.load(offer.callId, signal)).rejects.toMatchObject({ name: 'PortError', retryable: true });
  });

  it('is not asked for once the asker has given up', async () => {
    const reason = new Error('the caller hung up');
    await expect(tableCallStore(azurite.account).load(offer.callId, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
