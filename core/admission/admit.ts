import type { CallOffer } from '../call/offer.ts';
import type { RejectReason } from '../call/outcome.ts';
import type { PhoneNumber } from '../ids.ts';

/** The phone rings for thirty seconds (acs-facts 1.5): an offer that is older is of no use to anybody. */
export const RING_MS = 30_000;

export interface AdmissionPolicy {
  /** Off: nobody is answered by the agent, everybody goes to `humanQueue`. */
  readonly agent: 'on' | 'off';
  readonly humanQueue: PhoneNumber;
  readonly blockedCallers: readonly PhoneNumber[];
  /** Numbers the agent answers; empty: all. A call to another one is not ours (acs-facts 1.6). */
  readonly calledNumbers: readonly PhoneNumber[];
}

export type Admission =
  | { readonly kind: 'answer' }
  | { readonly kind: 'redirect'; readonly target: PhoneNumber }
  | { readonly kind: 'reject'; readonly reason: RejectReason }
  | { readonly kind: 'drop'; readonly why: 'too-old' | 'not-ours' };

/** Who gets in. Pure: the facts and the time are given. */
export function admit(offer: CallOffer, policy: AdmissionPolicy, nowMs: number): Admission {
  if (nowMs - offer.offeredAtMs > RING_MS) return { kind: 'drop', why: 'too-old' };
  if (policy.calledNumbers.length > 0 && !policy.calledNumbers.includes(offer.to))
    return { kind: 'drop', why: 'not-ours' };
  if (offer.from.kind === 'number' && policy.blockedCallers.includes(offer.from.number)) {
    return { kind: 'reject', reason: 'forbidden' };
  }
  if (policy.agent === 'off') return { kind: 'redirect', target: policy.humanQueue };
  return { kind: 'answer' };
}
