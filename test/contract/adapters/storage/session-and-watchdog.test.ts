import { QueueClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseWatchdogMessage, queueWatchdog, WATCHDOG_QUEUE } from '#adapters/storage/queue-watchdog';
import type { StorageAccount } from '#adapters/storage/settings';
import { tableSessionStore } from '#adapters/storage/table-session-store';
import { nothingUnfinished } from '#core/conversation/unfinished';
import type { SessionRecord } from '#core/ports/session-store';
import { startAzurite, type Azurite } from '../../../support/azurite.ts';
import { offer } from '../../../support/offered-call.ts';
import { startResponseLosingProxy } from '../../../support/response-losing-proxy.ts';

let azurite: Azurite;
let account: Extract<StorageAccount, { by: 'connection-string' }>;
beforeAll(async () => {
  azurite = await startAzurite();
  account = { by: 'connection-string', connectionString: azurite.connectionString, allowInsecure: true };
});
afterAll(() => azurite.stop());

const { signal } = new AbortController();
const session = (turns: SessionRecord['turns']): SessionRecord => ({
  callId: offer.callId,
  agent: 'billing',
  language: 'en-US',
  turns,
  incidents: [{ atMs: 1, kind: 'empty', detail: 'language-model empty_reply' }],
  identity: { kind: 'unknown' },
  packet: undefined,
  unfinished: nothingUnfinished,
});

const { callId } = offer;
const turnsOf = (text: string, count = 1): SessionRecord['turns'] =>
  Array.from({ length: count }, (_, atMs) => ({ by: 'caller', text: `${text} ${atMs}`, atMs, confidence: 0.9 }));

describe('a session row', () => {
  it('is not there before a media session has claimed it', async () => {
    expect(await tableSessionStore(account).load(callId, signal)).toBeUndefined();
  });

  it('is claimed by the first with nothing in it', async () => {
    const lease = await tableSessionStore(account).claim(callId, signal);
    expect(lease.earlier).toBeUndefined();
    expect(await tableSessionStore(account).load(callId, signal)).toEqual({ record: undefined, ownership: 'held' });
  });

  it('keeps a conversation longer than one column, and leaves nothing of a longer one it replaces', async () => {
    const store = tableSessionStore(account);
    const lease = await store.claim(callId, signal);
    const long = session(turnsOf('é🎈'.repeat(40), 400));
    expect(await lease.save(long, signal)).toBe('written');
    expect((await store.load(callId, signal))?.record).toEqual(long);
    expect(await lease.save(session([]), signal)).toBe('written');
    expect((await store.load(callId, signal))?.record).toEqual(session([]));
  });

  it('that is larger than a row can be is kept whole, and so is a shorter one after it', async () => {
    const store = tableSessionStore(account);
    const lease = await store.claim(callId, signal);
    const long = session(turnsOf('é'.repeat(600_000)));
    await lease.save(long, signal);
    expect((await tableSessionStore(account).load(callId, signal))?.record).toEqual(long);
    await lease.save(session([]), signal);
    expect((await store.load(callId, signal))?.record).toEqual(session([]));
  });

  it.each([
    ['short', 1],
    ['larger than a row', 12_000],
  ])(
    'gives what was known to whoever claims it next, and a late write of the former owner changes nothing: %s',
    async (_, count) => {
      const [here, there] = [tableSessionStore(account), tableSessionStore(account)];
      const first = await here.claim(callId, signal);
      const known = session(turnsOf('first'.repeat(10), count));
      await first.save(known, signal);
      const second = await there.claim(callId, signal);
      expect(second.earlier).toEqual({ record: known, ownership: 'held' });
      expect(await first.save(session(turnsOf('too late'.repeat(10), count)), signal)).toBe('lost');
      expect(await first.release(session([]), signal)).toBe('lost');
      expect((await here.load(callId, signal))?.record).toEqual(known);
      const more = session(turnsOf('second'.repeat(10), count));
      expect(await second.save(more, signal)).toBe('written');
      expect(await here.load(callId, signal)).toEqual({ record: more, ownership: 'held' });
    },
  );

  it('says that its owner gave it up in order', async () => {
    const store = tableSessionStore(account);
    const lease = await store.claim(callId, signal);
    expect(await lease.release(session([]), signal)).toBe('written');
    expect(await store.load(callId, signal)).toEqual({ record: session([]), ownership: 'released' });
    const next = await store.claim(callId, signal);
    expect(next.earlier?.ownership).toBe('released');
    expect((await store.load(callId, signal))?.ownership).toBe('held');
    expect(await lease.save(session(turnsOf('too late')), signal)).toBe('lost');
  });

  it('gives what was known although the answer to the claim was lost', async () => {
    const first = await tableSessionStore(account).claim(callId, signal);
    const known = session(turnsOf('known'));
    await first.save(known, signal);
    const [, url = ''] = /TableEndpoint=(http:[^/]*\/\/[^/]+)/.exec(azurite.connectionString) ?? [];
    const proxy = await startResponseLosingProxy(url);
    try {
      const connectionString = azurite.connectionString.replace(url, proxy.url);
      proxy.loseResponseTo('PATCH');
      const second = await tableSessionStore({ ...account, connectionString }).claim(callId, signal);
      expect([proxy.lost, second.earlier]).toEqual([1, { record: known, ownership: 'held' }]);
      expect(await second.save(session(turnsOf('more')), signal)).toBe('written');
    } finally {
      await proxy.close();
    }
  });

  it('belongs to its owner again when a claim is given back', async () => {
    const store = tableSessionStore(account);
    const living = await store.claim(callId, signal);
    const known = session(turnsOf('known'));
    await living.save(known, signal);
    await (await store.claim(callId, signal)).giveBack(signal);
    expect(await store.load(callId, signal)).toEqual({ record: known, ownership: 'held' });
    expect(await living.release(known, signal)).toBe('written');
    await (await store.claim(callId, signal)).giveBack(signal);
    expect(await store.load(callId, signal)).toEqual({ record: known, ownership: 'released' });
  });

  it('stays with whoever claimed it before a claim was given back', async () => {
    const store = tableSessionStore(account);
    const early = await store.claim(callId, signal);
    const late = await store.claim(callId, signal);
    await early.giveBack(signal);
    expect(await late.save(session([]), signal)).toBe('written');
    expect((await store.load(callId, signal))?.ownership).toBe('held');
  });

  it('has one owner, however many claim it at once', async () => {
    const stores = Array.from({ length: 4 }, () => tableSessionStore(account));
    const leases = await Promise.all(stores.map((store) => store.claim(callId, signal)));
    const writes = await Promise.all(leases.map((lease, index) => lease.save(session(turnsOf(`${index}`)), signal)));
    expect(writes.filter((write) => write === 'written')).toHaveLength(1);
  });
});

describe('the watchdog', () => {
  it('comes back with the call id after its delay, in the form the Functions host reads', async () => {
    await queueWatchdog(account).schedule(offer.callId, 1, signal);
    const queue = new QueueClient(azurite.connectionString, WATCHDOG_QUEUE);
    const [early] = (await queue.receiveMessages()).receivedMessageItems;
    expect(early).toBeUndefined();
    const message = await expect
      .poll(async () => (await queue.receiveMessages()).receivedMessageItems[0]?.messageText, { timeout: 5_000 })
      .toBeDefined()
      .then(async () => (await queue.peekMessages()).peekedMessageItems.length);
    expect(message).toBe(0);
  });

  it.each([
    ['an object', { callId: offer.callId }, offer.callId],
    ['text', JSON.stringify({ callId: offer.callId }), offer.callId],
    ['no JSON', 'bark', undefined],
    ['no call id', { callId: '../../etc' }, undefined],
    ['nothing', null, undefined],
  ])('reads a message that is %s', (_, entry, callId) => {
    expect(parseWatchdogMessage(entry)).toBe(callId);
  });
});
