import { createHash } from 'node:crypto';
import { noAttempts, type Attempts } from '#core/identity/attempts';
import type { AttemptStore } from '#core/ports/attempt-store';
import type { Customer } from '#core/ports/customer-directory';
import type { StorageAccount } from './settings.ts';
import { openTable, type Row } from './table.ts';

const TABLE = 'attempts';
const ROW_KEY = 'proof';

/** One row a customer, under a hash of the id: which may have any characters, and is nobody's business who looks at the table. */
export function tableAttemptStore(account: StorageAccount): AttemptStore {
  const table = openTable('identity-proof', account, TABLE);
  return {
    load: async (customerId, signal) => {
      const response = await table.request('load', signal, [404], (client, abortSignal) =>
        client.getEntity<Row>(partitionOf(customerId), ROW_KEY, { abortSignal }),
      );
      if (response.kind === 'refused') return { attempts: noAttempts, version: undefined };
      return { attempts: attemptsIn(response.value), version: response.value.etag };
    },

    replace: async (customerId, { version }, next, signal) => {
      const row = { partitionKey: partitionOf(customerId), rowKey: ROW_KEY, ...rowOf(next) };
      const response = await table.request('replace', signal, [404, 409, 412], (client, abortSignal) =>
        version === undefined
          ? client.createEntity(row, { abortSignal })
          : client.updateEntity(row, 'Replace', { etag: version, abortSignal }),
      );
      return response.kind === 'refused' ? undefined : { attempts: next, version: response.value.etag };
    },
  };
}

function partitionOf(customerId: Customer['id']): string {
  return createHash('sha256').update(customerId.toLowerCase()).digest('hex');
}

function rowOf({ wrong, lastAtMs }: Attempts): { wrong: number; lastAt: Date } {
  return { wrong, lastAt: new Date(lastAtMs) };
}

function attemptsIn(row: Row): Attempts {
  const { wrong, lastAt } = row as { readonly wrong?: unknown; readonly lastAt?: unknown };
  return {
    wrong: typeof wrong === 'number' ? wrong : 0,
    lastAtMs: lastAt instanceof Date ? lastAt.getTime() : 0,
  };
}
