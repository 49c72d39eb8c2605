/** The ringing call behind an incomingCallContext, once. */
import type { IncomingCall, IncomingCalls } from '../calls/incoming-calls.ts';
import { errors } from './errors.ts';

/** Throws the error to answer for a context that is expired, used, forged or given up by the caller. */
export function takeIncomingCall(incoming: IncomingCalls, incomingCallContext: string): IncomingCall {
  const taken = incoming.take(incomingCallContext);
  switch (taken.kind) {
    case 'taken':
      return taken.call;
    case 'expired':
      throw errors.contextExpired();
    case 'gone':
      throw errors.callNotFound();
  }
}
