import type { Customer } from './customer-directory.ts';

/** What a caller may prove with: a PIN, or the last digits of a number that only they and the enterprise have, such as an account's. */
export type ProofKind = 'pin' | 'last-digits';

export type ProofVerdict =
  | 'right'
  | 'wrong'
  /** There is nothing of this kind to compare with: ask for the other, or give the caller to a person. */
  | 'not-set'
  /** Too many wrong ones for this customer, in this call or in others: whatever is given now is not compared. */
  | 'locked';

/** Digits a caller may be asked for: fewer are guessed, more are no PIN. */
export const PROOF_DIGITS = /^[0-9]{3,12}$/;

/** Compares what a caller said or keyed with what the enterprise has. */
export interface IdentityProof {
  /**
   * `digits` as `PROOF_DIGITS` has them: anything else is `wrong`. They are in no log line and no error. Each `wrong` counts towards a lock of
   * this customer, across calls and replicas. Throws `PortError` when it cannot be found out: that is neither right nor wrong.
   */
  check(customerId: Customer['id'], kind: ProofKind, digits: string, signal: AbortSignal): Promise<ProofVerdict>;
}
