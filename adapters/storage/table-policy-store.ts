import type { PolicyStore } from '#core/ports/policy-store';
import { fromJsonColumns, toJsonColumns } from './json-columns.ts';
import type { StorageAccount } from './settings.ts';
import { openTable, unreadable, type Row } from './table.ts';
import { PortError } from '#core/ports/error';

const TABLE = 'admission';
const PARTITION_KEY = 'policy';
const ROW_KEY = 'live';

/** The live admission policy: one row of Table Storage that holds the YAML as its author wrote it. */
export function tablePolicyStore(account: StorageAccount): PolicyStore {
  const table = openTable('policy-store', account, TABLE);
  return {
    load: async (signal) => {
      const response = await table.request('load', signal, [404], (client, abortSignal) =>
        client.getEntity<Row>(PARTITION_KEY, ROW_KEY, { abortSignal }),
      );
      if (response.kind === 'refused') return undefined;
      const { etag, timestamp = '' } = response.value;
      const document = fromJsonColumns(response.value) as { yaml?: unknown } | null | undefined;
      if (typeof document?.yaml !== 'string') throw unreadable('policy-store', ROW_KEY, 'no YAML in it');
      return { yaml: document.yaml, version: etag, changedAtMs: Date.parse(timestamp) };
    },

    replace: async (previous, yaml, signal) => {
      const columns = toJsonColumns({ yaml });
      if (columns === undefined) {
        throw new PortError('policy-store', 'the policy is too large for a row', { retryable: false });
      }
      const row = { partitionKey: PARTITION_KEY, rowKey: ROW_KEY, ...columns };
      const response = await table.request('replace', signal, [404, 409, 412], (client, abortSignal) =>
        previous === undefined
          ? client.createEntity(row, { abortSignal })
          : client.updateEntity(row, 'Replace', { etag: previous.version, abortSignal }),
      );
      return response.kind === 'done';
    },

    remove: async (previous, signal) => {
      const response = await table.request('remove', signal, [404, 412], (client, abortSignal) =>
        client.deleteEntity(PARTITION_KEY, ROW_KEY, { etag: previous.version, abortSignal }),
      );
      return response.kind === 'done';
    },
  };
}
