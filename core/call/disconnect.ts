import { unreachable } from '../unreachable.ts';
import type { CallEvent } from './event.ts';
import { isBeingEnded, lastResort } from './last-resort.ts';
import type { CallOutcome } from './outcome.ts';
import type { CallState } from './state.ts';

/** Sub-codes of CallDisconnected (acs-facts 3.3, 9.3). */
const ENDED_BY_CALL_AUTOMATION = 7000;
const TRANSFER_COMPLETED = 7015;
const CALLER_CANCELLED = 540487;

/** What a CallDisconnected means, given what was known before it. */
export function outcomeOfDisconnect(
  state: Exclude<CallState, { phase: 'ended' }>,
  event: Extract<CallEvent, { type: 'disconnected' }>,
): CallOutcome {
  const transfer = 'transfer' in state ? state.transfer : undefined;
  // CallTransferAccepted may be late or lost; the reason of the disconnect says it too.
  if (state.phase === 'handed-over' || event.subCode === TRANSFER_COMPLETED) {
    return { kind: 'handed-over', target: transfer?.target };
  }
  if (isCancel(event)) return { kind: 'abandoned' };
  if (event.subCode === ENDED_BY_CALL_AUTOMATION) return endedByUs(state);
  // `A#B` with A = 0 is reported as 200 (acs-facts 3.3): everything graceful that we did not do, the caller's side did.
  return event.code === 200 || event.code === 0 ? { kind: 'caller-hung-up' } : { kind: 'failed', reason: 'network' };
}

/** What is left to say of a call that the front has forgotten, when its CallDisconnected never came. */
export function outcomeWhenGone(state: Exclude<CallState, { phase: 'ended' }>): CallOutcome {
  if (state.phase === 'handed-over') return { kind: 'handed-over', target: state.transfer?.target };
  return isBeingEnded(state) ? endedByUs(state) : { kind: 'unreported' };
}

/** The SBC's word for it, or the call controller's own 487 without a sub-code (acs-facts 9.4). */
function isCancel({ code, subCode }: { readonly code: number; readonly subCode: number }): boolean {
  return subCode === CALLER_CANCELLED || (code === 487 && subCode === 0);
}

function endedByUs(state: Exclude<CallState, { phase: 'ended' }>): CallOutcome {
  switch (state.phase) {
    case 'talking':
      return { kind: 'agent-ended' };
    case 'connected':
      // For a bridge that could not.
      if (isBeingEnded(state) && lastResort(state) !== 'failed') return { kind: 'agent-ended' };
      if (state.transfer?.result.kind === 'failed') return { kind: 'failed', reason: 'transfer-failed' };
      return { kind: 'failed', reason: state.mediaLostAtMs.length > 0 ? 'media-lost' : 'no-media' };
    case 'offered':
    case 'answered':
      return { kind: 'failed', reason: 'no-media' };
    case 'handed-over':
      return { kind: 'handed-over', target: state.transfer?.target };
    default:
      return unreachable(state);
  }
}
