import type { CallConnectionId, PhoneNumber } from '../ids.ts';
import type { RejectReason } from './outcome.ts';

/** The front refused to start the stream that was asked for. Ours, and not its report: it never comes twice. */
export const START_REFUSED = 'start-refused';

/** What can happen to a call, in the control plane's words. Adapters translate callbacks into these. Time arrives in the event. */
export type CallEvent = { readonly atMs: number } & (
  | { readonly type: 'answer-accepted'; readonly connectionId: CallConnectionId }
  | { readonly type: 'answer-refused'; readonly code: number; readonly subCode: number }
  /** The answer found nobody: the caller had given up while it rang. */
  | { readonly type: 'caller-gave-up'; readonly code: number; readonly subCode: number }
  /** Settled without an answer, before it or after the answer was refused. */
  | { readonly type: 'redirected'; readonly target: PhoneNumber }
  | { readonly type: 'rejected'; readonly reason: RejectReason }
  | { readonly type: 'connected'; readonly connectionId: CallConnectionId }
  | { readonly type: 'media-started'; readonly connectionId: CallConnectionId }
  /** The stream ended or never came up; `detail` is ACS's `mediaStreamingStatusDetails`, or our own word (core/call/given-up.ts). */
  | { readonly type: 'media-lost'; readonly connectionId: CallConnectionId; readonly detail: string }
  | { readonly type: 'transfer-accepted'; readonly transferId: string; readonly target: PhoneNumber | undefined }
  | { readonly type: 'transfer-failed'; readonly transferId: string; readonly code: number; readonly subCode: number }
  /** The front has taken the control plane's own request for a transfer, or may have: its answer did not come. */
  | { readonly type: 'transfer-asked'; readonly transferId: string }
  /** Told by continuous recognition, the second source of keys; see `ReportedKey`. */
  | { readonly type: 'key-pressed'; readonly sequenceId: number; readonly key: string }
  | { readonly type: 'disconnected'; readonly code: number; readonly subCode: number }
  /** The failure message has been said, or could not be: see `apologise-and-hang-up`. */
  | { readonly type: 'failure-message-over' }
  /** Some time after whatever was done last: is anybody talking to the caller? */
  | { readonly type: 'watchdog-fired' }
  /** Asked, the front knows this call no more; that it ended was not told, or the report was lost. */
  | { readonly type: 'call-gone' }
);

/** What the control plane is told to do. Data, so that a test compares it. */
export type CallCommand =
  | { readonly type: 'start-media'; readonly connectionId: CallConnectionId }
  /** Have the front report each key, where keys are taken from its reports. */
  | { readonly type: 'listen-for-keys'; readonly connectionId: CallConnectionId }
  /** To the agent's failure target: a person. */
  | { readonly type: 'transfer-to-person'; readonly connectionId: CallConnectionId; readonly transferId: string }
  /** Say the failure message, then hang up: the last resort, when nobody can be reached. */
  | { readonly type: 'apologise-and-hang-up'; readonly connectionId: CallConnectionId }
  | { readonly type: 'hang-up'; readonly connectionId: CallConnectionId };
