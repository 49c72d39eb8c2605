import type { ContainerClient, StoragePipelineOptions } from '@azure/storage-blob';
import { lazyAzureCredential } from '../identity/lazy-credential.ts';
import type { StorageAccount } from './settings.ts';

const PIPELINE: StoragePipelineOptions = {
  retryOptions: { maxTries: 3, tryTimeoutInMs: 4_000, retryDelayInMs: 100, maxRetryDelayInMs: 500 },
};

/** The library is loaded when blobs are first needed: the functions would load it before they answer a call, and hardly ever need it. */
export function openContainer(account: StorageAccount, name: string): () => Promise<ContainerClient> {
  let connecting: Promise<ContainerClient> | undefined;
  return () => (connecting ??= connect(account, name));
}

async function connect(account: StorageAccount, name: string): Promise<ContainerClient> {
  const { BlobServiceClient } = await import('@azure/storage-blob');
  const service =
    account.by === 'identity'
      ? new BlobServiceClient(`https://${account.accountName}.blob.core.windows.net`, lazyAzureCredential(), PIPELINE)
      : BlobServiceClient.fromConnectionString(account.connectionString, PIPELINE);
  return service.getContainerClient(name);
}
