/** POST /calling/callConnections:redirect. 181 to the caller, a new INVITE to the target, and no callbacks. */
import { outcomeOfDial } from '../../calls/transfer-outcome.ts';
import type { IncomingCall } from '../../calls/incoming-calls.ts';
import { readTarget } from '../../calls/identifiers.ts';
import { LegGone } from '../../leg.ts';
import { errors } from '../errors.ts';
import type { OperationHandler } from '../operation.ts';
import type { EdgeServices } from '../services.ts';
import { takeIncomingCall } from '../take-incoming-call.ts';
import { redirectCallSchema } from '../wire.ts';

/** Establishment of a call to the public network (acs-facts 5.2). */
const ESTABLISHMENT_TIMEOUT_MS = 115_000;

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
  { telephony, log }: EdgeServices,
): Promise<void> {
  const cancelled = new AbortController();
  const stopListening = leg.onCancelled(() => {
    cancelled.abort();
  });
  leg.forwarding();
  const result = await telephony.dial(
    {
      target,
      callerNumber: leg.from,
      headers: leg.headers,
      extraHeaders: [],
      ringTimeoutMs: ESTABLISHMENT_TIMEOUT_MS,
    },
    cancelled.signal,
  );
  stopListening();
  if (result.kind === 'refused') {
    log.info({ correlationId, by: 'redirect-target', result: outcomeOfDial(result) }, 'call ended');
    leg.refuse(result.status);
    return;
  }
  try {
    telephony.join(await leg.answer(), result.leg);
  } catch (error) {
    await result.leg.hangUp();
    if (!(error instanceof LegGone)) throw error;
  }
}
