import type { ContainerClient, StoragePipelineOptions } from '@azure/storage-blob';
import { lazyAzureCredential } from '../identity/lazy-credential.ts';
import type { StorageAccount } from './settings.ts';
import { statusOf, storageError } from './storage-error.ts';

const CONTAINER = 'session-overflow';
/** A blob this size takes a moment; nobody on the line waits for it. */
const REQUEST_BUDGET_MS = 8_000;
/** Days of conversation. What is larger is a fault, not a call. */
const DOCUMENT_MAX_BYTES = 16 * 1024 * 1024;
const PIPELINE: StoragePipelineOptions = {
  retryOptions: { maxTries: 3, tryTimeoutInMs: 4_000, retryDelayInMs: 100, maxRetryDelayInMs: 500 },
};

/** Documents too large for a table row, each in a blob under this name. Throws `PortError`. */
export interface SessionOverflow {
  write(name: string, document: unknown, signal: AbortSignal): Promise<void>;
  /** `undefined` when there is none, or none that can be read. */
  read(name: string, signal: AbortSignal): Promise<unknown>;
}

export function blobSessionOverflow(account: StorageAccount): SessionOverflow {
  let connecting: Promise<ContainerClient> | undefined;
  const container = (): Promise<ContainerClient> => (connecting ??= connect(account));
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

/** The library is loaded when the first document is too large: the functions would load it before they answer a call, and hardly ever need it. */
async function connect(account: StorageAccount): Promise<ContainerClient> {
  const { BlobServiceClient } = await import('@azure/storage-blob');
  const service =
    account.by === 'identity'
      ? new BlobServiceClient(`https://${account.accountName}.blob.core.windows.net`, lazyAzureCredential(), PIPELINE)
      : BlobServiceClient.fromConnectionString(account.connectionString, PIPELINE);
  return service.getContainerClient(CONTAINER);
}
