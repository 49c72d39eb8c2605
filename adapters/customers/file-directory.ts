import type { Customer, CustomerDirectory } from '#core/ports/customer-directory';
import { readCustomerFile } from './customer-file.ts';

/** Knows nobody: for a deployment without customers. */
export function emptyDirectory(): CustomerDirectory {
  return { find: () => Promise.resolve(undefined) };
}

/**
 * Customers from one YAML or JSON file, read once at the start. Throws `ConfigurationError` naming the file and every wrong field. Ids are
 * matched without regard to case: they have been through headers.
 */
export function fileDirectory(path: string): CustomerDirectory {
  const byId = new Map<string, Customer>();
  const byNumber = new Map<string, Customer>();
  for (const { id, name, language, numbers, facts } of readCustomerFile(path)) {
    const found: Customer = { id, name, language, facts };
    byId.set(id.toLowerCase(), found);
    for (const number of numbers) byNumber.set(number, found);
  }
  return {
    find: (query, signal) => {
      signal.throwIfAborted();
      return Promise.resolve(query.by === 'id' ? byId.get(query.id.toLowerCase()) : byNumber.get(query.number));
    },
  };
}
