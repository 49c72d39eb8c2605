import { TableClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { storedKeptRows } from '#adapters/storage/kept-rows';
import { tableAttemptStore } from '#adapters/storage/table-attempt-store';
import { tableBridgeReports } from '#adapters/storage/table-bridge-reports';
import { tableCallBackRequests } from '#adapters/storage/table-call-back-requests';
import { tableCallStore } from '#adapters/storage/table-call-store';
import { tableCallerStore } from '#adapters/storage/table-caller-store';
import { tableSessionStore } from '#adapters/storage/table-session-store';
import { nothingUnfinished } from '#core/conversation/unfinished';
import type { CallState } from '#core/call/state';
import type { CallId } from '#core/ids';
import type { KeptRow } from '#core/ports/kept-rows';
import type { SessionLease, SessionRecord } from '#core/ports/session-store';
import type { KeptKind, Retention } from '#core/retention/retention';
import { handleRetention } from '../../../../functions/app/retention.ts';
import { startAzurite, type Azurite } from '../../../support/azurite.ts';
import { startBreakableProxy } from '../../../support/breakable-proxy.ts';
import { callIn } from '../../../support/call.ts';
import { capturedLog } from '../../../support/captured-log.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { offer } from '../../../support/offered-call.ts';

const DAY = 86_400_000;
const [OVER, UP, YOUNG] = [
  'c-0a0000000000000000000001',
  'c-900000000000000000000002',
  'c-ff0000000000000000000003',
].map((id) => id as CallId) as [CallId, CallId, CallId];
const aDay: Retention = {
  calls: DAY,
  callers: DAY,
  sessions: DAY,
  overflow: DAY,
  'call-backs': DAY,
  attempts: DAY,
  'dead-letters': DAY,
};
const KINDS = Object.keys(aDay) as readonly KeptKind[];

let azurite: Azurite;
beforeEach(async () => {
  azurite = await startAzurite();
});
afterEach(() => azurite.stop());

const { signal } = new AbortController();
const tableOf = (name: string) =>
  TableClient.fromConnectionString(azurite.connectionString, name, { allowInsecureConnection: true });
const containerOf = (name: string) =>
  BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient(name);

const sessionOf = (callId: CallId, text: string): SessionRecord => ({
  callId,
  agent: 'billing',
  language: 'en-US',
  turns: [{ by: 'caller', text, atMs: 0, confidence: 0.9 }],
  incidents: [],
  identity: { kind: 'unknown' },
  packet: undefined,
  unfinished: nothingUnfinished,
});
/** More than a row holds. */
const LONG_TALK = 'x'.repeat(600_000);

/** A call that has left something in every place there is. */
async function keepEverythingOf(state: CallState): Promise<SessionLease> {
  const { callId } = state.offer;
  const { account } = azurite;
  await tableCallStore(account).create(state, signal);
  await tableCallerStore(account).save(callId, { kind: 'nobody' }, signal);
  const lease = await tableSessionStore(account).claim(callId, signal);
  await lease.save(sessionOf(callId, LONG_TALK), signal);
  await tableCallBackRequests(account).record(
    {
      callId,
      contextId: offer.contextId,
      requestedAtMs: offer.offeredAtMs,
      queue: 'disputes',
      number: '+14255550100',
      line: 'closed',
      calledFrom: undefined,
      packet: { intent: 'dispute', summary: 'A charge.', language: 'en-US', customerId: 'C-1' },
    },
    signal,
  );
  await tryWrongly(callId, offer.offeredAtMs);
  const letters = containerOf('dead-letters');
  await letters.createIfNotExists();
  await letters.getBlockBlobClient(`topic/${callId}.json`).upload('[]', 2);
  return lease;
}

/** The customer has the name of the call. */
async function tryWrongly(customer: string, atMs: number): Promise<void> {
  const attempts = tableAttemptStore(azurite.account);
  const before = await attempts.load(customer, signal);
  await attempts.replace(customer, before, { wrong: before.attempts.wrong + 1, lastAtMs: atMs }, signal);
}

/** A moment after all that was written until now, and before all that follows: blobs know whole seconds only. */
async function aMoment(): Promise<number> {
  const momentMs = Math.ceil((Date.now() + 1) / 1_000) * 1_000;
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(momentMs), { timeout: 5_000, interval: 10 });
  return momentMs;
}

/** Which of the three calls still have what, `kind: call`. */
async function whatIsLeft(): Promise<readonly string[]> {
  const kept = storedKeptRows(azurite.account);
  const left: string[] = [];
  for (const kind of KINDS.filter((one) => one !== 'attempts')) {
    for await (const page of kept.writtenBefore(kind, Date.now() + DAY, 0.5, signal)) {
      left.push(...page.map(({ place }) => `${kind}: ${/c-[0-9a-f]{24}/.exec(place)?.[0] ?? place}`));
    }
  }
  for (const customer of [OVER, UP, YOUNG]) {
    const { version } = await tableAttemptStore(azurite.account).load(customer, signal);
    if (version !== undefined) left.push(`attempts: ${customer}`);
  }
  return left.sort();
}

/** One run at this time of ours, with a day's retention for everything. */
async function run(nowMs: number, account = azurite.account, from = 0) {
  const { log, lines } = capturedLog();
  await handleRetention({
    kept: storedKeptRows(account),
    bridges: tableBridgeReports(account),
    retention: aDay,
    clock: manualClock(nowMs),
    random: { below: (limit) => Math.floor(from * limit) },
    log,
  });
  return { lines, told: lines.at(-1) };
}

async function firstOf(kind: KeptKind): Promise<KeptRow> {
  for await (const page of storedKeptRows(azurite.account).writtenBefore(kind, Date.now() + DAY, 0, signal)) {
    for (const row of page) return row;
  }
  throw new Error(`nothing of ${kind} is there`);
}

describe('what is past its retention', () => {
  it.each([0, 0.5, 0.999])('goes from every table and blob, beginning at %f, and the rest stays', async (from) => {
    await keepEverythingOf({ ...callIn.ended, offer: { ...offer, callId: OVER } });
    await keepEverythingOf({ ...callIn.talking, offer: { ...offer, callId: UP } });
    const momentMs = await aMoment();
    await keepEverythingOf({ ...callIn.ended, offer: { ...offer, callId: YOUNG } });
    const all = KINDS.flatMap((kind) => [OVER, UP, YOUNG].map((call) => `${kind}: ${call}`)).sort();
    expect(await whatIsLeft()).toEqual(all);

    const { told } = await run(momentMs + DAY, azurite.account, from);
    expect(told).toMatchObject({
      msg: 'retention run',
      state: 'finished',
      removed: { bridges: 0, calls: 1, callers: 1, sessions: 1, overflow: 1, 'call-backs': 2, attempts: 2 },
    });
    const ofUp = ['calls', 'callers', 'overflow', 'sessions'].map((kind) => `${kind}: ${UP}`);
    expect(await whatIsLeft()).toEqual([...KINDS.map((kind) => `${kind}: ${YOUNG}`), ...ofUp].sort());
  });

  it('is what a call left that nobody has written for a week, though nobody wrote its end either', async () => {
    await keepEverythingOf({ ...callIn.talking, offer: { ...offer, callId: UP } });
    expect((await run(Date.now() + 6.9 * DAY)).told).toMatchObject({
      removed: { calls: 0, sessions: 0, callers: 0 },
    });
    expect((await run(Date.now() + 7.1 * DAY)).told).toMatchObject({
      removed: { calls: 1, sessions: 1, callers: 1 },
    });
    expect(await whatIsLeft()).toEqual([]);
  });

  it('goes without the call row it belonged to, which may be gone already', async () => {
    await keepEverythingOf({ ...callIn.talking, offer: { ...offer, callId: UP } });
    await tableOf('calls').deleteEntity(UP, 'call');
    await run(Date.now() + 2 * DAY);
    expect(await whatIsLeft()).toEqual([]);
  });

  it('is no row of wrong proofs with a later time in it than that at which it was written', async () => {
    const nowMs = Date.now() + 2 * DAY;
    await tryWrongly(OVER, nowMs - DAY / 2);
    await tryWrongly(UP, nowMs - 2 * DAY);
    await run(nowMs);
    expect(await whatIsLeft()).toEqual([`attempts: ${OVER}`]);
  });

  it('is nothing in an account in which nobody has ever called', async () => {
    const { lines } = await run(Date.now());
    expect(lines).toMatchObject([{ msg: 'retention run', state: 'finished' }]);
  });

  it('goes though it is thousands of rows, which come in pages', async () => {
    const rows = 2_300;
    await tableOf('attempts').createTable();
    const clients = Array.from({ length: 16 }, () => tableOf('attempts'));
    await Promise.all(
      clients.map(async (client, first) => {
        for (let row = first; row < rows; row += clients.length) {
          const partitionKey = ((row * 2_654_435_761) >>> 0).toString(16).padStart(8, '0');
          await client.createEntity({ partitionKey, rowKey: 'proof', wrong: 1, lastAt: new Date(0) });
        }
      }),
    );
    const pages: number[] = [];
    const kept = storedKeptRows(azurite.account);
    for await (const page of kept.writtenBefore('attempts', Date.now() + DAY, 0, signal)) pages.push(page.length);
    expect(pages.length).toBeGreaterThan(2);
    expect(pages.reduce((sum, length) => sum + length)).toBe(rows);
    const { told } = await run(Date.now() + 2 * DAY, azurite.account, 0.5);
    expect(told).toMatchObject({ state: 'finished', removed: { attempts: rows } });
  });
});

describe('deleting while somebody writes', () => {
  it('leaves the transcript that its bridge goes on with, and the bridge notices nothing', async () => {
    const lease = await keepEverythingOf({ ...callIn.ended, offer: { ...offer, callId: OVER } });
    const kept = storedKeptRows(azurite.account);
    const row = await firstOf('sessions');
    expect(await lease.save(sessionOf(OVER, 'more'), signal)).toBe('written');
    expect(await kept.remove(row, signal)).toBe('changed');
    expect(await lease.save(sessionOf(OVER, 'and more'), signal)).toBe('written');
  });

  it('leaves a count of wrong proofs that goes on, and lets one begin again that was deleted in between', async () => {
    const [kept, attempts] = [storedKeptRows(azurite.account), tableAttemptStore(azurite.account)];
    await tryWrongly(OVER, 0);
    const row = await firstOf('attempts');
    await tryWrongly(OVER, Date.now());
    expect(await kept.remove(row, signal)).toBe('changed');
    const read = await attempts.load(OVER, signal);
    expect(read.attempts.wrong).toBe(2);
    expect(await kept.remove(await firstOf('attempts'), signal)).toBe('removed');
    expect(await attempts.replace(OVER, read, { wrong: 3, lastAtMs: 3 }, signal)).toBeUndefined();
    const again = await attempts.load(OVER, signal);
    expect(await attempts.replace(OVER, again, { wrong: 1, lastAtMs: 3 }, signal)).toBeDefined();
  });

  it('leaves a blob that is written anew', async () => {
    await keepEverythingOf({ ...callIn.ended, offer: { ...offer, callId: OVER } });
    const row = await firstOf('dead-letters');
    await containerOf('dead-letters').getBlockBlobClient(row.place).upload('[{}]', 4);
    expect(await storedKeptRows(azurite.account).remove(row, signal)).toBe('changed');
  });

  it('is no error when somebody else has deleted it', async () => {
    await keepEverythingOf({ ...callIn.ended, offer: { ...offer, callId: OVER } });
    const kept = storedKeptRows(azurite.account);
    for (const kind of KINDS) {
      const row = await firstOf(kind);
      expect(await kept.remove(row, signal), kind).toBe('removed');
      expect(await kept.remove(row, signal), kind).toBe('changed');
    }
    expect(await whatIsLeft()).toEqual([]);
  });
});

describe('while the storage is down', () => {
  it('nothing is lost but a night: each kind is told, and the next run does it', async () => {
    await keepEverythingOf({ ...callIn.ended, offer: { ...offer, callId: OVER } });
    const endpoint = /TableEndpoint=(http:\/\/[^/;]+)/.exec(azurite.connectionString)?.[1] ?? '';
    const proxy = await startBreakableProxy(endpoint);
    try {
      const connectionString = azurite.connectionString.replace(endpoint, proxy.url);
      const account = { by: 'connection-string', connectionString, allowInsecure: true } as const;
      proxy.become('refuses');
      const { lines, told } = await run(Date.now() + 2 * DAY, account);
      expect(told).toMatchObject({ msg: 'retention run', state: 'failed' });
      const failed = lines.filter(({ level }) => level === 50).map(({ kind }) => kind);
      expect(failed).toEqual(expect.arrayContaining(['bridges', 'attempts', 'sessions', 'calls']));
      proxy.become('passes');
      expect((await run(Date.now() + 2 * DAY, account)).told).toMatchObject({ state: 'finished' });
      expect(await whatIsLeft()).toEqual([]);
    } finally {
      await proxy.close();
    }
  });
});
