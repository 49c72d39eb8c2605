import { TableClient, type TableEntity } from '@azure/data-tables';
import { PortError, type PortName } from '#core/ports/error';
import { lazyAzureCredential } from '../identity/lazy-credential.ts';
import type { StorageAccount } from './settings.ts';
import { storageError, statusOf } from './storage-error.ts';

/** A caller waits behind most requests. */
const REQUEST_BUDGET_MS = 4_000;
const RETRIES = { maxRetries: 2, retryDelayInMs: 100, maxRetryDelayInMs: 500 };

/** One table, made when it is found missing: to ask first would cost every cold start a round trip before its first answer. */
interface Table {
  /** Runs one request inside its time budget; a missing table is made and the request sent once more. Throws `PortError`, except for the statuses named in `expected`. */
  request<Result>(
    name: string,
    signal: AbortSignal,
    expected: readonly number[],
    send: (client: TableClient, abortSignal: AbortSignal) => Promise<Result>,
  ): Promise<Response<Result>>;
}

/** `refused` carries one of the statuses that the request named as expected. */
type Response<Result> =
  { readonly kind: 'done'; readonly value: Result } | { readonly kind: 'refused'; readonly status: number };

export type Row = TableEntity;

/** `budgetMs`: what one request may take, with its retries. */
export function openTable(
  port: PortName,
  account: StorageAccount,
  name: string,
  budgetMs: number = REQUEST_BUDGET_MS,
): Table {
  const client = connect(account, name);
  return {
    request: async (request, signal, expected, send) => {
      signal.throwIfAborted();
      // Not AbortSignal.timeout: its timer outlives the request, and fires for nothing.
      const budget = new AbortController();
      const timer = setTimeout(() => budget.abort(new Error('the budget is spent')), budgetMs);
      const abortSignal = AbortSignal.any([signal, budget.signal]);
      const attempt = async (): Promise<Response<Awaited<ReturnType<typeof send>>>> => {
        try {
          return { kind: 'done', value: await send(client, abortSignal) };
        } catch (error) {
          const status = statusOf(error);
          if (status === undefined || !expected.includes(status) || isTableMissing(error)) throw error;
          return { kind: 'refused', status };
        }
      };
      try {
        try {
          return await attempt();
        } catch (error) {
          if (!isTableMissing(error)) throw error;
          // Two processes may make it at once; the SDK takes "exists already" for success.
          await client.createTable({ abortSignal });
          return await attempt();
        }
      } catch (error) {
        signal.throwIfAborted();
        throw storageError(port, request, error, budget.signal.aborted ? budgetMs : undefined);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function connect(account: StorageAccount, name: string): TableClient {
  if (account.by === 'identity') {
    const url = `https://${account.accountName}.table.core.windows.net`;
    return new TableClient(url, name, lazyAzureCredential(), { retryOptions: RETRIES });
  }
  return TableClient.fromConnectionString(account.connectionString, name, {
    retryOptions: RETRIES,
    allowInsecureConnection: account.allowInsecure,
  });
}

function isTableMissing(error: unknown): boolean {
  return (
    statusOf(error) === 404 && JSON.stringify((error as { details?: unknown }).details ?? '').includes('TableNotFound')
  );
}

/** For a row that cannot be read: whoever wrote it, the caller of the port gets an error it knows. */
export function unreadable(port: PortName, rowKey: string, problem: string): PortError {
  return new PortError(port, `row ${rowKey} is unreadable: ${problem}`, { retryable: false });
}
