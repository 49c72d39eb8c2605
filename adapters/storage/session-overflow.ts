import { openContainer } from './blob-container.ts';
import type { StorageAccount } from './settings.ts';
import { statusOf, storageError } from './storage-error.ts';

export const OVERFLOW_CONTAINER = 'session-overflow';
/** A blob this size takes a moment; nobody on the line waits for it. */
const REQUEST_BUDGET_MS = 8_000;
/** Days of conversation. What is larger is a fault, not a call. */
const DOCUMENT_MAX_BYTES = 16 * 1024 * 1024;

/** Documents too large for a table row, each in a blob under this name. Throws `PortError`. */
export interface SessionOverflow {
  write(name: string, document: unknown, signal: AbortSignal): Promise<void>;
  /** `undefined` when there is none, or none that can be read. */
  read(name: string, signal: AbortSignal): Promise<unknown>;
}

export function blobSessionOverflow(account: StorageAccount): SessionOverflow {
  const container = openContainer(account, OVERFLOW_CONTAINER);
  const within = async <Result>(
    name: string,
    signal: AbortSignal,
    send: (abortSignal: AbortSignal) => Promise<Result>,
  ): Promise<Result> => {
    signal.throwIfAborted();
    const budget = AbortSignal.timeout(REQUEST_BUDGET_MS);
    try {
      return await send(AbortSignal.any([signal, budget]));
    } catch (error) {
      signal.throwIfAborted();
      throw storageError('session-store', name, error, budget.aborted ? REQUEST_BUDGET_MS : undefined);
    }
  };
  return {
    write: (name, document, signal) =>
      within('write overflow', signal, async (abortSignal) => {
        const body = Buffer.from(JSON.stringify(document));
        const target = await container();
        const blob = target.getBlockBlobClient(name);
        const upload = () =>
          blob.uploadData(body, { abortSignal, blobHTTPHeaders: { blobContentType: 'application/json' } });
        try {
          await upload();
        } catch (error) {
          if (statusOf(error) !== 404) throw error;
          await target.createIfNotExists({ abortSignal });
          await upload();
        }
      }),

    read: (name, signal) =>
      within('read overflow', signal, async (abortSignal) => {
        const blob = (await container()).getBlockBlobClient(name);
        try {
          const { contentLength = 0 } = await blob.getProperties({ abortSignal });
          if (contentLength > DOCUMENT_MAX_BYTES) return undefined;
          return JSON.parse((await blob.downloadToBuffer(0, undefined, { abortSignal })).toString('utf8')) as unknown;
        } catch (error) {
          if (statusOf(error) === 404 || error instanceof SyntaxError) return undefined;
          throw error;
        }
      }),
  };
}
