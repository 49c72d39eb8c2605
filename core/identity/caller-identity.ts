import type { Customer } from '../ports/customer-directory.ts';
import type { ProofKind, ProofVerdict } from '../ports/identity-proof.ts';

/** Who the caller is, and how well that is known. */
export type CallerIdentity =
  | { readonly kind: 'unknown' }
  /** Somebody says so. Enough to greet, never enough for what is the customer's alone. */
  | { readonly kind: 'claimed'; readonly customer: Customer; readonly by: ClaimedBy }
  /** `IdentityProof` has said `right` for this very customer, in this call. */
  | { readonly kind: 'proven'; readonly customer: Customer; readonly by: ProofKind };

/** A header is the word of whoever sent the INVITE, a number that of the network, words are the caller's own. */
export type ClaimedBy = 'header' | 'number' | 'words';

export const unknownCaller: CallerIdentity = { kind: 'unknown' };

export function customerOf(identity: CallerIdentity): Customer | undefined {
  return identity.kind === 'unknown' ? undefined : identity.customer;
}

/**
 * The caller is said to be this customer. What they say themselves outranks header and number, which may be found out late. A proof holds for its own
 * customer only: whoever says they are another has proven nothing.
 */
export function claimed(identity: CallerIdentity, customer: Customer, by: ClaimedBy): CallerIdentity {
  if (by !== 'words' && saidThemselves(identity)) return identity;
  if (identity.kind === 'proven' && isSame(identity.customer.id, customer.id)) return identity;
  return { kind: 'claimed', customer, by };
}

/** What a check says of the customer it was asked about. The one way to `proven`, and none when somebody else is claimed by now. */
export function checked(
  identity: CallerIdentity,
  { customerId, kind, verdict }: { customerId: Customer['id']; kind: ProofKind; verdict: ProofVerdict },
): CallerIdentity {
  if (verdict !== 'right' || identity.kind !== 'claimed' || !isSame(identity.customer.id, customerId)) return identity;
  return { kind: 'proven', customer: identity.customer, by: kind };
}

function saidThemselves(identity: CallerIdentity): boolean {
  return identity.kind === 'proven' || (identity.kind === 'claimed' && identity.by === 'words');
}

/** As directories compare ids: they have been through headers. */
function isSame(one: Customer['id'], other: Customer['id']): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
