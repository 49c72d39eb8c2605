import type { CallOffer } from '#core/call/offer';
import type { CallConnectionId, CallId, ContextId, CorrelationId, PhoneNumber, ServerCallId } from '#core/ids';

/** One caller stands for all: who calls whom decides nothing in a simulation. */
export function offerAt(offeredAtMs: number): CallOffer {
  return { ...OFFER, offeredAtMs };
}

const OFFER: CallOffer = {
  callId: 'c-0123456789abcdef01234567' as CallId,
  contextId: '7K3M9QX2TD' as ContextId,
  correlationId: '429b1b50-0000-4000-8000-a909d776f632' as CorrelationId,
  serverCallId: 'aHR0cHM6Ly9leGFtcGxl' as ServerCallId,
  from: { kind: 'number', number: '+14255550100' as PhoneNumber },
  to: '+18005550199' as PhoneNumber,
  headers: { userToUser: undefined, custom: {} },
  offeredAtMs: 0,
};

export const CONNECTION = '05002680-1111-4bce-9d52-7fc9b230dc75' as CallConnectionId;
