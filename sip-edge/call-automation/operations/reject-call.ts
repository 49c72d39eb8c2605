/** POST /calling/callConnections:reject. */
import { takeIncomingCall } from '../take-incoming-call.ts';
import type { OperationHandler } from '../operation.ts';
import type { EdgeServices } from '../services.ts';
import { rejectCallSchema } from '../wire.ts';

const SERVICE_UNAVAILABLE = 503;

export function rejectCall({ incoming, settings, log }: EdgeServices): OperationHandler {
  return (request) => {
    const { incomingCallContext, callRejectReason = 'none' } = request.body(rejectCallSchema);
    const { leg, correlationId } = takeIncomingCall(incoming, incomingCallContext);
    const { retryAfterS, ...statuses } = settings.current.reject;
    const status = statuses[callRejectReason];
    leg.refuse(status, status === SERVICE_UNAVAILABLE && retryAfterS > 0 ? { retryAfterS } : {});
    log.info({ correlationId, by: 'application', reason: callRejectReason, status }, 'call ended');
    return { status: 204, correlationId };
  };
}
