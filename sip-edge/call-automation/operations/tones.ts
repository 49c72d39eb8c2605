/** Keys: :startContinuousDtmfRecognition, :stopContinuousDtmfRecognition and :sendDtmfTones. */
import { sendTonesCompleted, sendTonesFailed } from '../../callbacks/events.ts';
import { establishedMedia, findCall, requireCaller } from '../find-call.ts';
import type { OperationHandler } from '../operation.ts';
import { readTones } from '../read-tones.ts';
import type { EdgeServices } from '../services.ts';
import { continuousTonesSchema, sendTonesSchema } from '../wire.ts';

export function startContinuousTones({ calls, urls }: EdgeServices): OperationHandler {
  return (request) => {
    const call = findCall(calls, request);
    const body = request.body(continuousTonesSchema);
    const report = call.reporter(urls.callback(body.operationCallbackUri));
    const media = establishedMedia(call);
    requireCaller(call, body.targetParticipant);
    media.tones.start(body.operationContext, report);
    return { status: 200 };
  };
}

export function stopContinuousTones({ calls, urls }: EdgeServices): OperationHandler {
  return (request) => {
    const call = findCall(calls, request);
    const body = request.body(continuousTonesSchema);
    const report = call.reporter(urls.callback(body.operationCallbackUri));
    const media = establishedMedia(call);
    requireCaller(call, body.targetParticipant);
    media.tones.stop(undefined, report);
    return { status: 200 };
  };
}

export function sendTones({ calls, urls }: EdgeServices): OperationHandler {
  return (request) => {
    const call = findCall(calls, request);
    const { tones: names, targetParticipant, operationContext, operationCallbackUri } = request.body(sendTonesSchema);
    const tones = readTones(names, 'Tones');
    const report = call.reporter(urls.callback(operationCallbackUri));
    const media = establishedMedia(call);
    requireCaller(call, targetParticipant);
    media.audio.sendTones(tones).then(
      () => {
        report(sendTonesCompleted(operationContext));
      },
      // The leg ended first: there is nobody to hear them.
      () => {
        report(sendTonesFailed(operationContext));
      },
    );
    return { status: 202, body: operationContext === undefined ? {} : { operationContext } };
  };
}
