import type { AttemptStore } from '#core/ports/attempt-store';
import type { Customer, CustomerDirectory } from '#core/ports/customer-directory';
import type { IdentityProof } from '#core/ports/identity-proof';
import { openService, type ServiceSurroundings } from '../http-tools/http-service.ts';
import { fileDirectory } from './file-directory.ts';
import { fileProof } from './file-proof.ts';
import { httpDirectory } from './http-directory.ts';
import { httpProof } from './http-proof.ts';
import { limitedProof } from './limited-proof.ts';
import type { CustomerSettings } from './settings.ts';

export interface OpenCustomers {
  /** Undefined when no source is set. */
  readonly directory: CustomerDirectory | undefined;
  /** With its tries counted; undefined when there is nothing to compare with. */
  proof(attempts: AttemptStore): IdentityProof | undefined;
  close(): void;
}

/** The sources that are set, the file first. Throws `ConfigurationError` for a wrong file. */
export function openCustomers(
  { file, service: settings }: CustomerSettings,
  surroundings: Omit<ServiceSurroundings, 'port'>,
): OpenCustomers {
  const service =
    settings === undefined ? undefined : openService(settings, { ...surroundings, port: 'customer-directory' });
  const directories = [
    ...(file === undefined ? [] : [fileDirectory(file)]),
    ...(service === undefined ? [] : [httpDirectory(service)]),
  ];
  const proofs = [
    ...(file === undefined ? [] : [fileProof(file)]),
    ...(service?.settings.proofUrl === undefined ? [] : [httpProof(service, service.settings.proofUrl)]),
  ];
  return {
    directory: directories.length === 0 ? undefined : inOrder(directories),
    proof: (attempts) =>
      proofs.length === 0 ? undefined : limitedProof(proofsInOrder(proofs), attempts, surroundings.clock),
    close: () => service?.close(),
  };
}

/** The first that knows the customer. One that fails is passed over, and is the answer only when nobody after it knows better. */
function inOrder(directories: readonly CustomerDirectory[]): CustomerDirectory {
  return {
    find: async (query, signal) => {
      const failures: unknown[] = [];
      for (const directory of directories) {
        try {
          const found: Customer | undefined = await directory.find(query, signal);
          if (found !== undefined) return found;
        } catch (error) {
          signal.throwIfAborted();
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
      return undefined;
    },
  };
}

/** The first that has something to compare with. */
function proofsInOrder(proofs: readonly IdentityProof[]): IdentityProof {
  return {
    check: async (customerId, kind, digits, signal) => {
      for (const proof of proofs) {
        const verdict = await proof.check(customerId, kind, digits, signal);
        if (verdict !== 'not-set') return verdict;
      }
      return 'not-set';
    },
  };
}
