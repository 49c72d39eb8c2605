import type { BridgeReport, NeededService } from '#core/admission/region';
import type { BridgeReports } from '#core/ports/bridge-reports';
import type { StorageAccount } from './settings.ts';
import { openTable, type Row } from './table.ts';

const TABLE = 'bridges';
const PARTITION_KEY = 'bridge';
/** More bridges than one deployment has. */
const ROWS_MAX = 1_000;

const SERVICES: { readonly [Service in NeededService]: true } = {
  'speech-to-text': true,
  'language-model': true,
  'text-to-speech': true,
};

/** One row a bridge, in plain columns for staff to look at. When it was written is the storage's word, so that no bridge's clock matters. */
export function tableBridgeReports(account: StorageAccount): BridgeReports {
  const table = openTable('bridge-reports', account, TABLE);
  return {
    list: async (signal) => {
      const response = await table.request('list', signal, [], async (client, abortSignal) => {
        const rows: BridgeReport[] = [];
        const filter = `PartitionKey eq '${PARTITION_KEY}'`;
        for await (const row of client.listEntities<Row>({ queryOptions: { filter }, abortSignal })) {
          const report = reportOf(row);
          if (report !== undefined) rows.push(report);
          if (rows.length === ROWS_MAX) break;
        }
        return rows;
      });
      return response.kind === 'done' ? response.value : [];
    },

    save: async ({ replica, state, calls, maxCalls, failing }, signal) => {
      const row = { partitionKey: PARTITION_KEY, rowKey: replica, state, calls, maxCalls, failing: failing.join(' ') };
      await table.request('save', signal, [], (client, abortSignal) =>
        client.upsertEntity(row, 'Replace', { abortSignal }),
      );
    },

    remove: async (replica, signal) => {
      await table.request('remove', signal, [404], (client, abortSignal) =>
        client.deleteEntity(PARTITION_KEY, replica, { abortSignal }),
      );
    },
  };
}

/** `undefined` for a row that another version wrote: what it means nobody here knows. */
function reportOf(row: Row & { readonly timestamp?: string }): BridgeReport | undefined {
  const { state, calls, maxCalls, failing, timestamp = '' } = row;
  const atMs = Date.parse(timestamp);
  if ((state !== 'serving' && state !== 'draining') || !Number.isFinite(atMs)) return undefined;
  if (typeof calls !== 'number' || typeof maxCalls !== 'number' || typeof failing !== 'string') return undefined;
  return { replica: row.rowKey, state, calls, maxCalls, failing: failing.split(' ').filter(isService), atMs };
}

function isService(name: string): name is NeededService {
  return Object.hasOwn(SERVICES, name);
}
