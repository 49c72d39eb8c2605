import type { CallerSearch, CallerStore } from '#core/ports/caller-store';
import { fromJsonColumns, toJsonColumns } from './json-columns.ts';
import type { StorageAccount } from './settings.ts';
import { openTable, unreadable, type Row } from './table.ts';

/** Beside the call's own row: both are the control plane's, and whoever erases a call finds both. */
const TABLE = 'calls';
const ROW_KEY = 'caller';
const DOCUMENT_VERSION = 1;

const KINDS: { readonly [Kind in CallerSearch['kind']]: true } = { found: true, nobody: true, failed: true };

/** Who is calling, in Table Storage. Not in the call's own row: that is written by every callback, and a look-up must not lose it a race. */
export function tableCallerStore(account: StorageAccount): CallerStore {
  const table = openTable('caller-store', account, TABLE);
  return {
    load: async (id, signal) => {
      const response = await table.request('load', signal, [404], (client, abortSignal) =>
        client.getEntity<Row>(id, ROW_KEY, { abortSignal }),
      );
      if (response.kind === 'refused') return undefined;
      const document = fromJsonColumns(response.value) as
        { readonly version?: unknown; readonly search?: CallerSearch | null } | null | undefined;
      const kind = document?.version === DOCUMENT_VERSION ? document.search?.kind : undefined;
      if (kind === undefined || !Object.hasOwn(KINDS, kind)) throw unreadable('caller-store', id, 'unknown version');
      return document?.search ?? undefined;
    },

    save: async (id, search, signal) => {
      await table.request('save', signal, [], (client, abortSignal) =>
        client.upsertEntity(
          {
            partitionKey: id,
            rowKey: ROW_KEY,
            ...(toJsonColumns({ version: DOCUMENT_VERSION, search }) ?? {}),
          },
          'Replace',
          { abortSignal },
        ),
      );
    },
  };
}
