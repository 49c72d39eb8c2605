/** CallConnectionProperties as the service answers them (acs-facts 2.3). Pure. */
import type { Call } from '../calls/call.ts';
import { wireCallState } from '../calls/call-state.ts';
import { phoneIdentifier } from '../calls/identifiers.ts';

export function callConnectionProperties(call: Call): object {
  const { ids, parts, caller } = call;
  const callee = phoneIdentifier(parts.to);
  return {
    callConnectionId: ids.callConnectionId,
    serverCallId: ids.serverCallId,
    targets: [callee],
    callConnectionState: wireCallState(call.phase),
    callbackUri: parts.callbackUrl,
    source: caller,
    correlationId: ids.correlationId,
    answeredBy: { id: parts.applicationRawId },
    answeredFor: callee.phoneNumber,
    ...(parts.mediaStreaming === undefined
      ? {}
      : {
          mediaStreamingSubscription: {
            id: parts.mediaStreaming.subscriptionId,
            state: call.streaming?.state ?? 'inactive',
            subscribedContentTypes: ['audio'],
          },
        }),
  };
}
