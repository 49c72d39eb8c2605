/** POST /calling/callConnections/{callConnectionId}:startMediaStreaming and :stopMediaStreaming. */
import type { Call } from '../../calls/call.ts';
import type { MediaSubscription } from '../../media-streaming/subscription.ts';
import { errors } from '../errors.ts';
import { establishedMedia, findCall } from '../find-call.ts';
import type { OperationHandler } from '../operation.ts';
import type { EdgeServices } from '../services.ts';
import { mediaStreamingCommandSchema } from '../wire.ts';

export function startMediaStreaming({ calls, urls }: EdgeServices): OperationHandler {
  return (request) => {
    const call = findCall(calls, request);
    const { operationContext, operationCallbackUri } = request.body(mediaStreamingCommandSchema);
    const report = call.reporter(urls.callback(operationCallbackUri));
    if (!subscriptionOf(call).start(operationContext, report)) throw errors.operationActive('Media streaming');
    return { status: 202 };
  };
}

export function stopMediaStreaming({ calls, urls }: EdgeServices): OperationHandler {
  return (request) => {
    const call = findCall(calls, request);
    const { operationContext, operationCallbackUri } = request.body(mediaStreamingCommandSchema);
    const report = call.reporter(urls.callback(operationCallbackUri));
    if (!subscriptionOf(call).stop(operationContext, report)) throw errors.wrongState('without media streaming');
    return { status: 202 };
  };
}

function subscriptionOf(call: Call): MediaSubscription {
  const { streaming } = establishedMedia(call);
  if (streaming === undefined) throw errors.missingMediaStreaming();
  return streaming;
}
