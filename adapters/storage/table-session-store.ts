import type { SessionRecord, SessionStore } from '#core/ports/session-store';
import { fromJsonColumns, toJsonColumns } from './json-columns.ts';
import { blobSessionOverflow } from './session-overflow.ts';
import type { StorageAccount } from './settings.ts';
import { openTable, unreadable, type Row } from './table.ts';

const TABLE = 'sessions';
const ROW_KEY = 'session';
const DOCUMENT_VERSION = 1;

/**
 * The bridge's rows in Table Storage, one partition a call: what was said, and what goes with the caller. A session larger than a row can be
 * goes into a blob, and the row says so: nothing said in a long call is lost.
 */
export function tableSessionStore(account: StorageAccount): SessionStore {
  const table = openTable('session-store', account, TABLE);
  const overflow = blobSessionOverflow(account);
  return {
    load: async (id, signal) => {
      const response = await table.request('load', signal, [404], (client, abortSignal) =>
        client.getEntity<Row>(id, ROW_KEY, { abortSignal }),
      );
      if (response.kind === 'refused') return undefined;
      const inBlob = response.value['overflow'] === 'blob';
      const document = (inBlob ? await overflow.read(id, signal) : fromJsonColumns(response.value)) as
        { version?: unknown; record?: SessionRecord | null } | null | undefined;
      if (document?.version !== DOCUMENT_VERSION) throw unreadable('session-store', id, 'unknown version');
      if (document.record?.callId !== id) throw unreadable('session-store', id, 'another call is in it');
      return document.record;
    },

    save: async (record, signal) => {
      const document = { version: DOCUMENT_VERSION, record };
      const columns = toJsonColumns(document);
      // The blob first: a row never points to what is not there.
      if (columns === undefined) await overflow.write(record.callId, document, signal);
      await table.request('save', signal, [], (client, abortSignal) =>
        client.upsertEntity(
          {
            partitionKey: record.callId,
            rowKey: ROW_KEY,
            agent: record.agent,
            turnCount: record.turns.length,
            handoverReason: record.packet?.reason ?? '',
            ...(columns ?? { overflow: 'blob' }),
          },
          'Replace',
          { abortSignal },
        ),
      );
    },
  };
}
