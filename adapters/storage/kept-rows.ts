import type { TableEntityResultPage } from '@azure/data-tables';
import type { KeptRow, KeptRows } from '#core/ports/kept-rows';
import type { KeptKind, Owner } from '#core/retention/retention';
import { keptBlobs } from './kept-blobs.ts';
import type { StorageAccount } from './settings.ts';
import { openTable, unreadable, type Row } from './table.ts';

/** A query may run for five seconds before it is answered, with less than was asked for (learn.microsoft.com/rest/api/storageservices/query-timeout-and-pagination). */
const REQUEST_BUDGET_MS = 10_000;
/** As many as the service gives at once. */
const PAGE_ROWS = 1_000;

type TableKind = Exclude<KeptKind, 'overflow' | 'dead-letters'>;

interface Place {
  readonly table: string;
  readonly rowKey: string;
  /** What stands before the hexadecimal digits of every partition's name. */
  readonly prefix: string;
  /** What is read beside the keys: never what somebody said. */
  readonly columns: readonly string[];
}

const PLACES: { readonly [Kind in TableKind]: Place } = {
  calls: { table: 'calls', rowKey: 'call', prefix: 'c-', columns: ['phase'] },
  callers: { table: 'calls', rowKey: 'caller', prefix: 'c-', columns: [] },
  sessions: { table: 'sessions', rowKey: 'session', prefix: 'c-', columns: [] },
  'call-backs': { table: 'callBackRequests', rowKey: 'call-back', prefix: 'c-', columns: [] },
  attempts: { table: 'attempts', rowKey: 'proof', prefix: '', columns: ['lastAt'] },
};

/** What is kept in tables and blobs. Ages are taken from when the storage says that it was written: no other column is in every row, and no clock of ours set it. */
export function storedKeptRows(account: StorageAccount): KeptRows {
  const table = (name: string) => openTable('kept-rows', account, name, REQUEST_BUDGET_MS);
  const tables = new Map(Object.values(PLACES).map((place) => [place.table, table(place.table)]));
  const tableOf = ({ table: name }: Place) => tables.get(name) ?? table(name);
  const blobs = keptBlobs(account);

  const onePage = async (
    place: Place,
    filter: string,
    continuationToken: string | undefined,
    signal: AbortSignal,
  ): Promise<TableEntityResultPage<Row> | undefined> => {
    const select = ['PartitionKey', 'Timestamp', ...place.columns];
    const response = await tableOf(place).request('list', signal, [], async (client, abortSignal) => {
      const pages = client
        .listEntities<Row>({ queryOptions: { filter, select }, abortSignal })
        .byPage({ maxPageSize: PAGE_ROWS, ...(continuationToken === undefined ? {} : { continuationToken }) });
      const page = await pages.next();
      return page.done === true ? undefined : page.value;
    });
    return response.kind === 'done' ? response.value : undefined;
  };

  async function* inRange(kind: TableKind, range: string, beforeMs: number, signal: AbortSignal) {
    const place = PLACES[kind];
    const filter = `${range} and RowKey eq '${place.rowKey}' and Timestamp lt datetime'${new Date(beforeMs).toISOString()}'`;
    let token: string | undefined;
    do {
      const page = await onePage(place, filter, token, signal);
      yield (page ?? []).map((row) => keptRow(kind, row));
      token = page?.continuationToken;
    } while (token !== undefined);
  }

  async function* inTable(kind: TableKind, beforeMs: number, from: number, signal: AbortSignal) {
    const first = `${PLACES[kind].prefix}${hexOf(from)}`;
    yield* inRange(kind, `PartitionKey ge '${first}'`, beforeMs, signal);
    yield* inRange(kind, `PartitionKey lt '${first}'`, beforeMs, signal);
  }

  const ownerCall = async (callId: string, signal: AbortSignal): Promise<Owner> => {
    const { rowKey } = PLACES.calls;
    const queryOptions = { select: ['Timestamp', 'phase'] };
    const response = await tableOf(PLACES.calls).request('look up call', signal, [404], (client, abortSignal) =>
      client.getEntity<Row>(callId, rowKey, { queryOptions, abortSignal }),
    );
    return response.kind === 'refused' ? { kind: 'nobody' } : callOwner(callId, response.value);
  };

  const ownerSession = async (blob: string, signal: AbortSignal): Promise<Owner> => {
    const [callId = ''] = blob.split('/');
    const queryOptions = { select: ['PartitionKey'] };
    const response = await tableOf(PLACES.sessions).request('look up', signal, [404], (client, abortSignal) =>
      client.getEntity<Row>(callId, PLACES.sessions.rowKey, { queryOptions, abortSignal }),
    );
    return { kind: response.kind === 'refused' ? 'nobody' : 'session' };
  };

  return {
    writtenBefore: (kind, beforeMs, from, signal) =>
      kind === 'overflow' || kind === 'dead-letters'
        ? blobs.writtenBefore(kind, beforeMs, signal)
        : inTable(kind, beforeMs, from, signal),

    ownerOf: ({ kind, place, owner }, signal) => {
      if (owner !== undefined) return Promise.resolve(owner);
      if (kind === 'overflow') return ownerSession(place, signal);
      return ownerCall(place, signal);
    },

    remove: async ({ kind, place, version }, signal) => {
      if (kind === 'overflow' || kind === 'dead-letters') return blobs.remove(kind, place, version, signal);
      const where = PLACES[kind];
      const response = await tableOf(where).request('remove', signal, [404, 412], (client, abortSignal) =>
        client.deleteEntity(place, where.rowKey, { etag: version, abortSignal }),
      );
      return response.kind === 'refused' ? 'changed' : 'removed';
    },
  };
}

function keptRow(kind: TableKind, row: Row): KeptRow {
  const { partitionKey, etag, lastAt } = row as Row & { readonly etag?: unknown; readonly lastAt?: unknown };
  // Without one the library deletes whatever is there by now.
  if (typeof etag !== 'string' || etag === '') throw unreadable('kept-rows', kind, 'no ETag');
  const storedAtMs = writtenAtMs(kind, row);
  return {
    kind,
    place: partitionKey,
    writtenAtMs: lastAt instanceof Date ? Math.max(storedAtMs, lastAt.getTime()) : storedAtMs,
    version: etag,
    owner: ownerIn(kind, row),
  };
}

/** Undefined where it has to be looked up. */
function ownerIn(kind: TableKind, row: Row): Owner | undefined {
  if (kind === 'calls') return callOwner(kind, row);
  return kind === 'callers' || kind === 'sessions' ? undefined : { kind: 'nobody' };
}

function callOwner(name: string, row: Row): Owner {
  return { kind: 'call', phase: String(row['phase']), writtenAtMs: writtenAtMs(name, row) };
}

function writtenAtMs(name: string, { timestamp }: Row & { readonly timestamp?: unknown }): number {
  const atMs = typeof timestamp === 'string' ? Date.parse(timestamp) : NaN;
  if (!Number.isFinite(atMs)) throw unreadable('kept-rows', name, 'no time in it');
  return atMs;
}

/** The first two digits of the names that far in. */
function hexOf(fraction: number): string {
  const digits = Math.min(255, Math.max(0, Math.floor(fraction * 256)));
  return digits.toString(16).padStart(2, '0');
}
