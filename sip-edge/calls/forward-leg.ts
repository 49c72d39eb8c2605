/** Brings a ringing caller to another number by a new INVITE, and joins the two: redirects, and transfers that the SBC sends back. */
import { LegGone, type CustomHeader, type DialResult, type RingingLeg, type Telephony } from '../leg.ts';
import { dialTraced } from '../telemetry/legs.ts';
import type { Traces } from '../telemetry/traces.ts';
import type { JoinedCalls } from './joined-calls.ts';

/** Establishment of a call to the public network (acs-facts 5.2). */
const ESTABLISHMENT_TIMEOUT_MS = 115_000;

export interface ForwardMeans {
  readonly telephony: Telephony;
  readonly joined: JoinedCalls;
  readonly traces: Traces;
  readonly correlationId: string;
}

/** Settles when the two are joined or the caller has been refused with the target's status. Gives what became of the dialling. */
export async function forwardLeg(
  leg: RingingLeg,
  target: string,
  extraHeaders: readonly CustomHeader[],
  { telephony, joined, traces, correlationId }: ForwardMeans,
): Promise<DialResult> {
  const cancelled = new AbortController();
  const stopListening = leg.onCancelled(() => {
    cancelled.abort();
  });
  const result = await dialTraced(
    telephony,
    { target, callerNumber: leg.from, headers: leg.headers, extraHeaders, ringTimeoutMs: ESTABLISHMENT_TIMEOUT_MS },
    cancelled.signal,
    traces,
    correlationId,
  );
  stopListening();
  if (result.kind === 'refused') {
    leg.refuse(result.status);
    return result;
  }
  try {
    joined.join(await leg.answer(), result.leg, correlationId);
  } catch (error) {
    await result.leg.hangUp();
    if (!(error instanceof LegGone)) throw error;
  }
  return result;
}
