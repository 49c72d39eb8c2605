import { QueueClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseWatchdogMessage, queueWatchdog, WATCHDOG_QUEUE } from '#adapters/storage/queue-watchdog';
import type { StorageAccount } from '#adapters/storage/settings';
import { tableSessionStore } from '#adapters/storage/table-session-store';
import type { SessionRecord } from '#core/ports/session-store';
import { startAzurite, type Azurite } from '../../../support/azurite.ts';
import { offer } from '../../../support/offered-call.ts';

let azurite: Azurite;
let account: StorageAccount;
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
});

describe('a session row', () => {
  it('is not there before the bridge has saved it', async () => {
    expect(await tableSessionStore(account).load(offer.callId, signal)).toBeUndefined();
  });

  it('keeps a conversation longer than one column', async () => {
    const turns = Array.from({ length: 400 }, (_, index) => ({
      by: 'caller' as const,
      text: `${'é🎈'.repeat(40)} ${index}`,
      atMs: index,
      confidence: 0.9,
    }));
    const store = tableSessionStore(account);
    await store.save(session(turns), signal);
    expect(await store.load(offer.callId, signal)).toEqual(session(turns));
  });

  it('leaves nothing of a longer one it replaces', async () => {
    const store = tableSessionStore(account);
    await store.save(session([]), signal);
    expect(await store.load(offer.callId, signal)).toEqual(session([]));
  });

  it('that is larger than a row can be is kept whole, and so is a shorter one after it', async () => {
    const turns = [{ by: 'caller' as const, text: 'é'.repeat(600_000), atMs: 1, confidence: 1 }];
    const store = tableSessionStore(account);
    await store.save(session(turns), signal);
    expect(await tableSessionStore(account).load(offer.callId, signal)).toEqual(session(turns));
    await store.save(session([]), signal);
    expect(await store.load(offer.callId, signal)).toEqual(session([]));
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
