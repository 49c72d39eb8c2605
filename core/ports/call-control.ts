import type { CallConnectionId, PhoneNumber } from '../ids.ts';
import type { CallerNumber } from '../call/offer.ts';
import type { RejectReason } from '../call/outcome.ts';
import type { OutboundHeaders } from '../handover/headers.ts';

/**
 * What we ask of the telephony front (ACS, Teams Phone Extensibility or the SIP edge: one contract). Every method has a time budget
 * and throws `PortError` with ACS's status and code. A call that is gone already (acs-facts 8: 8501, 8522, 8528, 8585) is `gone`, not an error.
 */
export interface CallControl {
  answer(request: AnswerRequest, signal: AbortSignal): Promise<CallConnectionId>;
  redirect(incomingCallContext: string, target: PhoneNumber, signal: AbortSignal): Promise<void>;
  reject(incomingCallContext: string, reason: RejectReason, signal: AbortSignal): Promise<void>;
  /** Asks only: the outcome arrives as a callback with `transferId` as operation context. */
  transfer(request: TransferRequest, signal: AbortSignal): Promise<Asked>;
  hangUp(connectionId: CallConnectionId, signal: AbortSignal): Promise<Asked>;
  startMedia(connectionId: CallConnectionId, signal: AbortSignal): Promise<Asked>;
  /** What the front knows of a call now, whatever it has told or failed to tell. */
  look(connectionId: CallConnectionId, signal: AbortSignal): Promise<CallLook>;
  /** Each key of the caller is reported by callback from then on, numbered, until the call ends (acs-facts 3.2). */
  listenForKeys(connectionId: CallConnectionId, caller: CallerNumber, signal: AbortSignal): Promise<Asked>;
  /** Plays text with ACS's own voice: the last resort, when our own media is gone. `playId` comes back with PlayCompleted or PlayFailed. */
  playText(request: PlayTextRequest, signal: AbortSignal): Promise<Asked>;
}

export type Asked = 'asked' | 'gone';

/** `streaming`: the call is up and its audio goes to and from the media bridge. `silent`: it is up, and no audio does. */
export type CallLook = 'gone' | 'streaming' | 'silent';

export interface AnswerRequest {
  /** Opaque, 8 to 12 kB, single use (acs-facts 1.3). Never stored, never logged. */
  readonly incomingCallContext: string;
  readonly callbackUri: string;
  /** `wss://<bridge>/media/{callId}?ticket=...` */
  readonly mediaUri: string;
}

export interface TransferRequest {
  readonly connectionId: CallConnectionId;
  readonly transferId: string;
  readonly target: PhoneNumber;
  readonly caller: CallerNumber;
  readonly headers: OutboundHeaders;
  /** Where the outcome is reported. */
  readonly callbackUri: string;
  /** Left out for Teams Phone Extensibility, which answers 400/8523 to it (acs-facts 0). */
  readonly callerId: PhoneNumber | undefined;
}

export interface PlayTextRequest {
  readonly connectionId: CallConnectionId;
  readonly playId: string;
  readonly text: string;
  readonly voice: string;
  readonly callbackUri: string;
}
