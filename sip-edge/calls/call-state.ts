/**
 * The life of a call as Call Automation shows it, from the answer on. Pure: `Call` applies these moves and runs what follows.
 * A call before its answer is an `IncomingCall`; a call after its end is nowhere: 404 with 8522.
 */
import { results, type ResultInformation } from '../callbacks/results.ts';

export type CallPhase = 'connecting' | 'connected' | 'transferring' | 'transfer-accepted' | 'disconnecting' | 'ended';

/** Published values of `callConnectionState` (acs-facts 2.3). */
type WireCallState =
  'connecting' | 'connected' | 'transferring' | 'transferAccepted' | 'disconnecting' | 'disconnected';

export function wireCallState(phase: CallPhase): WireCallState {
  switch (phase) {
    case 'transfer-accepted':
      return 'transferAccepted';
    case 'ended':
      return 'disconnected';
    case 'connecting':
    case 'connected':
    case 'transferring':
    case 'disconnecting':
      return phase;
  }
}

/** Why the application's part in a call is over. */
export type CallEnd =
  | { readonly by: 'caller' }
  | { readonly by: 'application' }
  | { readonly by: 'transfer' }
  | { readonly by: 'network' }
  | { readonly by: 'caller-before-answer' };

/** What CallDisconnected says (acs-facts 3.3; for a transfer 5.2). */
export function disconnectResult(end: CallEnd): ResultInformation {
  switch (end.by) {
    case 'caller':
      return results.callerHungUp;
    case 'application':
      return results.endedByApplication;
    case 'transfer':
      return results.transferCompleted;
    case 'network':
      return results.mediaLost;
    case 'caller-before-answer':
      return results.callerGoneBeforeAnswer;
  }
}

/** Whose doing the end of the leg was, given where the call was (acs-facts 5.4, last row). */
export function endOfLeg(phase: CallPhase, leg: 'peer' | 'us' | 'network', referAccepted: boolean): CallEnd {
  if (phase === 'transfer-accepted' || (phase === 'transferring' && referAccepted && leg === 'peer')) {
    return { by: 'transfer' };
  }
  if (leg === 'us' || phase === 'disconnecting') return { by: 'application' };
  return leg === 'peer' ? { by: 'caller' } : { by: 'network' };
}
