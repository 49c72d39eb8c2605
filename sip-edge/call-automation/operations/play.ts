/** POST /calling/callConnections/{callConnectionId}:play, and :cancelAllMediaOperations. */
import { errors } from '../errors.ts';
import { establishedMedia, findCall, requireCaller } from '../find-call.ts';
import type { OperationHandler } from '../operation.ts';
import { readPrompts } from '../read-prompts.ts';
import type { EdgeServices } from '../services.ts';
import { playSchema } from '../wire.ts';

export function play(services: EdgeServices): OperationHandler {
  return (request) => {
    const call = findCall(services.calls, request);
    const body = request.body(playSchema);
    const sources = readPrompts(body.playSources, services);
    const report = call.reporter(services.urls.callback(body.operationCallbackUri));
    const media = establishedMedia(call);
    for (const listener of body.playTo ?? []) requireCaller(call, listener);
    const order = { sources, loop: body.playOptions?.loop ?? false, operationContext: body.operationContext };
    if (!media.play(order, body.interruptCallMediaOperation ?? false, report)) throw errors.tooManyOperations();
    return { status: 202 };
  };
}

export function cancelAllMediaOperations({ calls }: EdgeServices): OperationHandler {
  return (request) => {
    establishedMedia(findCall(calls, request)).cancelOperations();
    return { status: 202 };
  };
}
