/** POST /calling/callConnections:reject. */
import { takeIncomingCall } from '../take-incoming-call.ts';
import type { OperationHandler } from '../operation.ts';
import type { EdgeServices } from '../services.ts';
import { rejectCallSchema } from '../wire.ts';

/** What the SBC sees (acs-facts 6.4: inferred). 603 tells it not to try again. */
const sipStatuses = { none: 603, busy: 486, forbidden: 403 } as const;

export function rejectCall({ incoming, log }: EdgeServices): OperationHandler {
  return (request) => {
    const { incomingCallContext, callRejectReason = 'none' } = request.body(rejectCallSchema);
    const { leg, correlationId } = takeIncomingCall(incoming, incomingCallContext);
    leg.refuse(sipStatuses[callRejectReason]);
    log.info({ correlationId, by: 'application' }, 'call ended');
    return { status: 204, correlationId };
  };
}
