import { randomUUID } from 'node:crypto';
import type { CallId } from '#core/ids';
import { nothingUnfinished } from '#core/conversation/unfinished';
import { PortError } from '#core/ports/error';
import type { SessionLease, SessionRecord, SessionStore, SessionWrite, StoredSession } from '#core/ports/session-store';
import { fromJsonColumns, toJsonColumns } from './json-columns.ts';
import { blobSessionOverflow } from './session-overflow.ts';
import type { StorageAccount } from './settings.ts';
import { openTable, unreadable, type Row } from './table.ts';

const TABLE = 'sessions';
const ROW_KEY = 'session';
const DOCUMENT_VERSION = 1;
const RELEASED = '';
/** Two sockets of one call may race; more than this in a row is something else. */
const RACES_MAX = 5;

/** What a claim finds. */
interface Before {
  readonly stored: StoredSession | undefined;
  readonly owner: string;
}

interface Read extends Before {
  readonly stored: StoredSession;
  readonly version: string;
}

const nobody: Before = { stored: undefined, owner: RELEASED };

/**
 * The bridge's rows in Table Storage, one partition a call: what was said, and what goes with the caller. A session larger than a row can be
 * goes into a blob, and the row says so: nothing said in a long call is lost. Each row names its owner, and its ETag keeps two owners apart.
 */
export function tableSessionStore(account: StorageAccount): SessionStore {
  const table = openTable('session-store', account, TABLE);
  const overflow = blobSessionOverflow(account);

  const rowOf = async (id: CallId, signal: AbortSignal): Promise<(Row & { readonly etag: string }) | undefined> => {
    const response = await table.request('load', signal, [404], (client, abortSignal) =>
      client.getEntity<Row>(id, ROW_KEY, { abortSignal }),
    );
    return response.kind === 'refused' ? undefined : response.value;
  };
  const create = async (row: Row, signal: AbortSignal): Promise<string | undefined> => {
    const response = await table.request('create', signal, [409], (client, abortSignal) =>
      client.createEntity(row, { abortSignal }),
    );
    return response.kind === 'refused' ? undefined : (response.value.etag ?? '');
  };
  const update = async (
    row: Row,
    mode: 'Merge' | 'Replace',
    etag: string,
    signal: AbortSignal,
  ): Promise<string | undefined> => {
    const response = await table.request('save', signal, [404, 412], (client, abortSignal) =>
      client.updateEntity(row, mode, { etag, abortSignal }),
    );
    return response.kind === 'refused' ? undefined : (response.value.etag ?? '');
  };

  const read = async (id: CallId, signal: AbortSignal): Promise<Read | undefined> => {
    const row = await rowOf(id, signal);
    if (row === undefined) return undefined;
    const { overflow: blob, owner, etag } = row;
    const document = typeof blob === 'string' ? await overflow.read(blob, signal) : fromJsonColumns(row);
    const ownership = owner === RELEASED ? 'released' : 'held';
    return { stored: { record: recordIn(document, id), ownership }, owner: String(owner), version: etag };
  };

  /** The record under this owner: each write under the ETag of the one before. */
  const lease = (id: CallId, owner: string, first: string, before: Before): SessionLease => {
    let version = first;
    let ownership: 'held' | 'lost' = 'held';
    /** Two blobs in turn: a write that is refused has not touched the one that the row points to. */
    let blob: 'a' | 'b' = 'a';
    const written = (etag: string): SessionWrite => {
      version = etag;
      blob = blob === 'a' ? 'b' : 'a';
      return 'written';
    };
    const write = async (record: SessionRecord, next: string, signal: AbortSignal): Promise<SessionWrite> => {
      if (ownership === 'lost') return 'lost';
      const document = { version: DOCUMENT_VERSION, record };
      const columns = toJsonColumns(document);
      const overflowName = `${id}/${owner}-${blob}.json`;
      // The blob first: a row never points to what is not there.
      if (columns === undefined) await overflow.write(overflowName, document, signal);
      const row = {
        partitionKey: id,
        rowKey: ROW_KEY,
        owner: next,
        agent: record.agent,
        turnCount: record.turns.length,
        handoverReason: record.packet?.reason ?? '',
        ...(columns ?? { overflow: overflowName }),
      };
      for (let race = 0; race < RACES_MAX; race += 1) {
        const updated = await update(row, 'Replace', version, signal);
        if (updated !== undefined) return written(updated);
        // Somebody else has the record, or the answer to a write of ours was lost, or the row was deleted.
        const found = await rowOf(id, signal);
        if (found === undefined) {
          const created = await create(row, signal);
          if (created !== undefined) return written(created);
        } else if (found['owner'] === owner) version = found.etag;
        else if (found['owner'] === next) return written(found.etag);
        else break;
      }
      ownership = 'lost';
      return 'lost';
    };
    return {
      earlier: before.stored,
      save: (record, signal) => write(record, owner, signal),
      release: (record, signal) => write(record, RELEASED, signal),
      // Refused when somebody else has it by now, who is then to keep it.
      giveBack: async (signal) => {
        await update({ partitionKey: id, rowKey: ROW_KEY, owner: before.owner }, 'Merge', version, signal);
      },
    };
  };

  return {
    load: async (id, signal) => (await read(id, signal))?.stored,

    claim: async (id, signal) => {
      const owner = randomUUID();
      const keys = { partitionKey: id, rowKey: ROW_KEY };
      let before = nobody;
      for (let race = 0; race < RACES_MAX; race += 1) {
        const columns = toJsonColumns({ version: DOCUMENT_VERSION, record: null });
        const created = await create({ ...keys, owner, ...columns }, signal);
        if (created !== undefined) return lease(id, owner, created, nobody);
        const found = await read(id, signal);
        if (found === undefined) continue;
        // When it is ours already, the answer to our own write was lost: what counts is what was there before it.
        if (found.owner !== owner) before = found;
        const taken = await update({ ...keys, owner }, 'Merge', found.version, signal);
        if (taken !== undefined) return lease(id, owner, taken, before);
      }
      throw new PortError('session-store', `lost ${RACES_MAX} races for one row`, { retryable: true });
    },
  };
}

function recordIn(document: unknown, id: CallId): SessionRecord | undefined {
  const { version, record } = (document ?? {}) as { version?: unknown; record?: SessionRecord | null };
  if (version !== DOCUMENT_VERSION) throw unreadable('session-store', id, 'unknown version');
  // Claimed, and nothing was written yet.
  if (record === null || record === undefined) return undefined;
  if (record.callId !== id) throw unreadable('session-store', id, 'another call is in it');
  // A replica of the release before wrote it.
  return { ...record, unfinished: { ...nothingUnfinished, ...(record as Partial<SessionRecord>).unfinished } };
}
