import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableAttemptStore } from '#adapters/storage/table-attempt-store';
import { tableCallStore } from '#adapters/storage/table-call-store';
import { tableCallerStore } from '#adapters/storage/table-caller-store';
import { noAttempts } from '#core/identity/attempts';
import type { CallerSearch } from '#core/ports/caller-store';
import { startAzurite, type Azurite } from '../../../support/azurite.ts';
import { callIn } from '../../../support/call.ts';
import { offer } from '../../../support/offered-call.ts';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

const { signal } = new AbortController();

describe('who is calling, beside the call row', () => {
  it.each<CallerSearch>([
    {
      kind: 'found',
      found: { by: 'number', customer: { id: 'C-1', name: 'Zoë 🎈', language: 'es-MX', facts: { plan: 'Gold' } } },
    },
    { kind: 'nobody' },
    { kind: 'failed' },
  ])('is kept as it was found: $kind', async (search) => {
    const store = tableCallerStore(azurite.account);
    await store.save(offer.callId, search, signal);
    expect(await store.load(offer.callId, signal)).toEqual(search);
  });

  it('is not there before the look-up has ended, and leaves the call row as it is', async () => {
    const [calls, callers] = [tableCallStore(azurite.account), tableCallerStore(azurite.account)];
    const other = { ...offer, callId: `${offer.callId}-2` as typeof offer.callId };
    expect(await callers.load(other.callId, signal)).toBeUndefined();
    const created = await calls.create({ ...callIn.offered, offer: other }, signal);
    await callers.save(other.callId, { kind: 'nobody' }, signal);
    expect(created.written && (await calls.replace(created.stored, created.stored.state, signal)).written).toBe(true);
  });
});

describe('how often a proof was wrong', () => {
  it('is kept for a customer of any id, in any case', async () => {
    const store = tableAttemptStore(azurite.account);
    const before = await store.load('C/1 #?', signal);
    expect(before).toEqual({ attempts: noAttempts, version: undefined });
    await store.replace('C/1 #?', before, { wrong: 2, lastAtMs: 1_790_000_000_123 }, signal);
    expect(await store.load('c/1 #?', signal)).toMatchObject({ attempts: { wrong: 2, lastAtMs: 1_790_000_000_123 } });
  });

  it('is written by one of two that try at the same time', async () => {
    const store = tableAttemptStore(azurite.account);
    const none = await store.load('C-2', signal);
    const first = await store.replace('C-2', none, { wrong: 1, lastAtMs: 1 }, signal);
    expect(await store.replace('C-2', none, { wrong: 1, lastAtMs: 2 }, signal)).toBeUndefined();
    const second = await store.replace('C-2', first!, { wrong: 2, lastAtMs: 3 }, signal);
    expect(await store.replace('C-2', first!, { wrong: 9, lastAtMs: 4 }, signal)).toBeUndefined();
    expect((await store.load('C-2', signal)).version).toBe(second?.version);
  });
});
