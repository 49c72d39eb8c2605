import { PROOF_DIGITS, type IdentityProof } from '#core/ports/identity-proof';
import { untilAborted } from '#core/until-aborted';
import { readCustomerFile } from './customer-file.ts';
import { hashMatches } from './digit-hash.ts';

/** Compares with the hashes in the file of customers, read once at the start. Counts nothing: `limitedProof` does. Throws `ConfigurationError`. */
export function fileProof(path: string): IdentityProof {
  const byId = new Map(readCustomerFile(path).map(({ id, proof }) => [id.toLowerCase(), proof]));
  return {
    check: async (customerId, kind, digits, signal) => {
      const hash = byId.get(customerId.toLowerCase())?.[kind];
      if (hash === undefined) return 'not-set';
      if (!PROOF_DIGITS.test(digits)) return 'wrong';
      return (await untilAborted(hashMatches(hash, digits), signal)) ? 'right' : 'wrong';
    },
  };
}
