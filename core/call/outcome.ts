import type { PhoneNumber } from '../ids.ts';

/** How a call ended. Closed: dashboards, the night shift and the failure table key on it. */
export type CallOutcome =
  | { readonly kind: 'caller-hung-up' }
  | { readonly kind: 'agent-ended' }
  | { readonly kind: 'handed-over'; readonly target: PhoneNumber | undefined }
  | { readonly kind: 'redirected'; readonly target: PhoneNumber }
  | { readonly kind: 'rejected'; readonly reason: RejectReason }
  /** The caller gave up before the answer. */
  | { readonly kind: 'abandoned' }
  | { readonly kind: 'answer-failed'; readonly code: number; readonly subCode: number }
  /** It is over, and nobody told us how: the front's last report was lost. */
  | { readonly kind: 'unreported' }
  /** Nobody could be reached after media or transfer had failed. */
  | { readonly kind: 'failed'; readonly reason: 'no-media' | 'media-lost' | 'transfer-failed' | 'network' };

/** The words of Call Automation's `callRejectReason` (acs-facts 2.3). */
export type RejectReason = 'none' | 'busy' | 'forbidden';
