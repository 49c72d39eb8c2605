/** CallConnectionProperties as the service answers them (acs-facts 2.3). Pure. */
import type { Call } from '../calls/call.ts';
import { wireCallState } from '../calls/call-state.ts';
import { calledIdentifier, type ResourceAccounts } from '../calls/identifiers.ts';

export function callConnectionProperties(call: Call, accounts: ResourceAccounts): object {
  const { ids, parts, caller } = call;
  const callee = calledIdentifier(parts.to, accounts);
  return {
    callConnectionId: ids.callConnectionId,
    serverCallId: ids.serverCallId,
    targets: [callee],
    callConnectionState: wireCallState(call.phase),
    callbackUri: parts.callbackUrl,
    source: caller,
    correlationId: ids.correlationId,
    answeredBy: { id: parts.applicationRawId },
    ...(callee.kind === 'phoneNumber' ? { answeredFor: callee.phoneNumber } : {}),
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
