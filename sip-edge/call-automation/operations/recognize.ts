/** POST /calling/callConnections/{callConnectionId}:recognize, for keys. */
import type { z } from 'zod';
import type { RecognizeOrder } from '../../calls/recognize-operation.ts';
import { errors } from '../errors.ts';
import { establishedMedia, findCall, requireCaller } from '../find-call.ts';
import type { OperationHandler } from '../operation.ts';
import { readPrompts } from '../read-prompts.ts';
import { readTones } from '../read-tones.ts';
import type { EdgeServices } from '../services.ts';
import { recognizeSchema } from '../wire.ts';

/** Defaults of the service's SDKs. */
const INITIAL_SILENCE_S = 5;
const INTER_TONE_S = 2;
/** Without a number the collection ends by a stop tone or a pause. */
const UNLIMITED_TONES = Number.MAX_SAFE_INTEGER;

export function recognize(services: EdgeServices): OperationHandler {
  return (request) => {
    const call = findCall(services.calls, request);
    const body = request.body(recognizeSchema);
    if (body.recognizeInputType !== 'dtmf') {
      throw errors.notImplemented('CallMedia_Recognize', `with recognizeInputType ${body.recognizeInputType}`);
    }
    const order = readOrder(body, services);
    const report = call.reporter(services.urls.callback(body.operationCallbackUri));
    const media = establishedMedia(call);
    requireCaller(call, body.recognizeOptions.targetParticipant);
    if (!media.recognize(order, body.interruptCallMediaOperation ?? false, report)) throw errors.tooManyOperations();
    return { status: 202 };
  };
}

function readOrder(body: z.infer<typeof recognizeSchema>, services: EdgeServices): RecognizeOrder {
  const { interruptPrompt, initialSilenceTimeoutInSeconds, dtmfOptions } = body.recognizeOptions;
  const sources = [...(body.playPrompt === undefined ? [] : [body.playPrompt]), ...(body.playPrompts ?? [])];
  return {
    prompts: readPrompts(sources, services),
    interruptPrompt: interruptPrompt ?? false,
    initialSilenceTimeoutMs: (initialSilenceTimeoutInSeconds ?? INITIAL_SILENCE_S) * 1000,
    interToneTimeoutMs: (dtmfOptions?.interToneTimeoutInSeconds ?? INTER_TONE_S) * 1000,
    rules: {
      maxTones: dtmfOptions?.maxTonesToCollect ?? UNLIMITED_TONES,
      stopTones: readTones(dtmfOptions?.stopTones ?? [], 'StopTones'),
    },
    operationContext: body.operationContext,
  };
}
