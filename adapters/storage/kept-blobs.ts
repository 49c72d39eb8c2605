import type { ContainerClient } from '@azure/storage-blob';
import type { KeptRow } from '#core/ports/kept-rows';
import type { KeptKind } from '#core/retention/retention';
import { openContainer } from './blob-container.ts';
import { OVERFLOW_CONTAINER } from './session-overflow.ts';
import type { StorageAccount } from './settings.ts';
import { statusOf, storageError } from './storage-error.ts';

type BlobKind = Extract<KeptKind, 'overflow' | 'dead-letters'>;

/** `dead-letters` is where Event Grid puts what it could not deliver (infra/modules/storage.bicep). */
const CONTAINERS: { readonly [Kind in BlobKind]: string } = {
  overflow: OVERFLOW_CONTAINER,
  'dead-letters': 'dead-letters',
};
const REQUEST_BUDGET_MS = 10_000;
const PAGE_BLOBS = 1_000;

interface KeptBlobs {
  writtenBefore(kind: BlobKind, beforeMs: number, signal: AbortSignal): AsyncIterable<readonly KeptRow[]>;
  remove(kind: BlobKind, name: string, version: string, signal: AbortSignal): Promise<'removed' | 'changed'>;
}

/** Few beside the rows: a container is always listed from its beginning, and the service filters by no time. Throws `PortError`. */
export function keptBlobs(account: StorageAccount): KeptBlobs {
  const containers = {
    overflow: openContainer(account, CONTAINERS.overflow),
    'dead-letters': openContainer(account, CONTAINERS['dead-letters']),
  };
  const request = async <Result>(
    name: string,
    kind: BlobKind,
    signal: AbortSignal,
    send: (container: ContainerClient, abortSignal: AbortSignal) => Promise<Result>,
  ): Promise<Result | { readonly status: number }> => {
    const budget = new AbortController();
    const timer = setTimeout(() => budget.abort(new Error('the budget is spent')), REQUEST_BUDGET_MS);
    try {
      return await send(await containers[kind](), AbortSignal.any([signal, budget.signal]));
    } catch (error) {
      signal.throwIfAborted();
      const status = statusOf(error);
      // Not there, or not as it was.
      if (status === 404 || status === 412) return { status };
      throw storageError('kept-rows', name, error, budget.signal.aborted ? REQUEST_BUDGET_MS : undefined);
    } finally {
      clearTimeout(timer);
    }
  };

  async function* writtenBefore(kind: BlobKind, beforeMs: number, signal: AbortSignal) {
    let token: string | undefined;
    do {
      const response = await request('list blobs', kind, signal, async (container, abortSignal) => {
        const pages = container
          .listBlobsFlat({ abortSignal })
          .byPage({ maxPageSize: PAGE_BLOBS, ...(token === undefined ? {} : { continuationToken: token }) });
        const page = await pages.next();
        return page.done === true ? { blobs: [], next: '' } : pageOf(kind, page.value);
      });
      // Nobody has needed the container yet.
      if ('status' in response) return;
      yield response.blobs.filter(({ writtenAtMs }) => writtenAtMs < beforeMs);
      token = response.next === '' ? undefined : response.next;
    } while (token !== undefined);
  }

  return {
    writtenBefore,
    remove: async (kind, name, version, signal) => {
      const response = await request('remove blob', kind, signal, async (container, abortSignal) => {
        await container.deleteBlob(name, { conditions: { ifMatch: version }, abortSignal });
        return { name };
      });
      return 'status' in response ? 'changed' : 'removed';
    },
  };
}

interface BlobPage {
  readonly segment: {
    readonly blobItems: readonly {
      readonly name: string;
      readonly properties: { readonly lastModified: Date; readonly etag: string };
    }[];
  };
  readonly continuationToken?: string;
}

function pageOf(kind: BlobKind, { segment, continuationToken = '' }: BlobPage) {
  const blobs = segment.blobItems.map(({ name, properties }): KeptRow => ({
    kind,
    place: name,
    writtenAtMs: properties.lastModified.getTime(),
    version: properties.etag,
    owner: kind === 'overflow' ? undefined : { kind: 'nobody' },
  }));
  return { blobs, next: continuationToken };
}
