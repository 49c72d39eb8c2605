import { inspect } from 'node:util';
import type { FunctionApp } from './function-app.ts';
import type { CoreInvocationContext, FunctionCallback, RpcInvocationRequest, RpcInvocationResponse } from './rpc.ts';
import { sendToHost } from './send-to-host.ts';

/**
 * One invocation as the Node worker runs it: arguments, hooks before, the handler, hooks after, response. A handler's error reaches the
 * hooks first and is thrown afterwards.
 */
export async function runInvocation(app: FunctionApp, request: RpcInvocationRequest): Promise<RpcInvocationResponse> {
  const found = app.find(request.functionId);
  const model = app.programmingModel;
  if (!found || !model) throw new Error(`Function "${request.functionId}" is not loaded and cannot be invoked.`);
  const core: CoreInvocationContext = {
    invocationId: request.invocationId,
    request,
    metadata: found.metadata,
    state: undefined,
    log: (level, _category, text) =>
      sendToHost({
        type: 'log',
        level,
        text,
        functionName: found.metadata.name,
        invocationId: request.invocationId,
      }),
  };
  const invocation = model.getInvocationModel(core);
  const { context, inputs } = await invocation.getArguments();

  const shared = { hookData: {}, appHookData: app.appHookData, invocationContext: context };
  const before: { inputs: unknown[]; functionCallback: FunctionCallback } = Object.assign(
    { inputs, functionCallback: found.callback },
    shared,
  );
  core.state = 'preInvocationHooks';
  await app.runHooks('preInvocation', before);

  core.state = 'invocation';
  const after: { inputs: unknown[]; result: unknown; error: unknown } = Object.assign(
    { inputs: before.inputs, result: null, error: null },
    shared,
  );
  try {
    after.result = await invocation.invokeFunction(context, before.inputs, before.functionCallback);
  } catch (error) {
    after.error = error ?? new Error('The function threw nothing.');
  }
  core.state = 'postInvocationHooks';
  await app.runHooks('postInvocation', after);
  core.state = undefined;

  if (after.error !== null && after.error !== undefined) {
    throw after.error instanceof Error ? after.error : new Error(`The function threw ${inspect(after.error)}`);
  }
  return invocation.getResponse(context, after.result);
}
