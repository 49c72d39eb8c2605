/** POST /calling/callConnections:redirect. 181 to the caller, a new INVITE to the target, and no callbacks. */
import { forwardLeg } from '../../calls/forward-leg.ts';
import { outcomeOfDial } from '../../calls/transfer-outcome.ts';
import type { IncomingCall } from '../../calls/incoming-calls.ts';
import { readTarget } from '../../calls/identifiers.ts';
import { errors } from '../errors.ts';
import type { OperationHandler } from '../operation.ts';
import type { EdgeServices } from '../services.ts';
import { takeIncomingCall } from '../take-incoming-call.ts';
import { redirectCallSchema } from '../wire.ts';

export function redirectCall(services: EdgeServices): OperationHandler {
  return (request) => {
    const { incomingCallContext, target: identifier } = request.body(redirectCallSchema);
    const target = readTarget(identifier);
    if (target.kind === 'unreadable') throw errors.invalidField('Target', 'it names nobody.');
    if (target.kind === 'elsewhere') throw errors.notImplemented('RedirectCall', 'to anyone but a phone number');
    const call = takeIncomingCall(services.incoming, incomingCallContext);
    void forward(call, target.number, services).catch((error: unknown) => {
      services.log.error({ correlationId: call.correlationId, err: error }, 'redirect broke');
      call.leg.refuse(500);
    });
    return { status: 204, correlationId: call.correlationId };
  };
}

async function forward(
  { leg, correlationId }: IncomingCall,
  target: string,
  { telephony, joined, traces, log }: EdgeServices,
): Promise<void> {
  leg.forwarding();
  const result = await forwardLeg(leg, target, [], { telephony, joined, traces, correlationId });
  if (result.kind === 'refused') {
    log.info({ correlationId, by: 'redirect-target', result: outcomeOfDial(result) }, 'call ended');
  }
}
