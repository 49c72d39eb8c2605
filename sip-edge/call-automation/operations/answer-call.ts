/** POST /calling/callConnections:answer. The response says `connecting`; CallConnected follows once the caller's ACK is there. */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { audioFormats } from '../../media-streaming/messages.ts';
import type { MediaStreamingOptions } from '../../media-streaming/subscription.ts';
import { callConnectionProperties } from '../call-properties.ts';
import { errors } from '../errors.ts';
import type { OperationHandler } from '../operation.ts';
import type { EdgeServices } from '../services.ts';
import type { UrlPolicy } from '../url-policy.ts';
import { answerCallSchema, type mediaStreamingOptionsSchema } from '../wire.ts';
import { takeIncomingCall } from '../take-incoming-call.ts';

export function answerCall({ incoming, openCall, settings, urls }: EdgeServices): OperationHandler {
  return (request) => {
    const body = request.body(answerCallSchema);
    if (body.transcriptionOptions !== undefined) throw errors.notImplemented('AnswerCall', 'with transcriptionOptions');
    const callbackUrl = urls.callback(body.callbackUri) ?? body.callbackUri;
    const mediaStreaming = readMediaStreaming(body.mediaStreamingOptions, urls);
    const call = openCall(takeIncomingCall(incoming, body.incomingCallContext), {
      callbackUrl,
      operationContext: body.operationContext,
      mediaStreaming,
      startMediaStreaming: body.mediaStreamingOptions?.startMediaStreaming ?? false,
    });
    const properties = callConnectionProperties(call, settings.current.teamsResourceAccounts);
    return { status: 200, body: properties, correlationId: call.ids.correlationId };
  };
}

function readMediaStreaming(
  options: z.infer<typeof mediaStreamingOptionsSchema> | undefined,
  urls: UrlPolicy,
): MediaStreamingOptions | undefined {
  if (options === undefined) return undefined;
  return {
    subscriptionId: randomUUID(),
    transportUrl: urls.media(options.transportUrl),
    channelType: options.audioChannelType,
    format: audioFormats[options.audioFormat ?? 'pcm16kmono'],
    bidirectional: options.enableBidirectional ?? false,
    dtmf: options.enableDtmfTones ?? false,
  };
}
