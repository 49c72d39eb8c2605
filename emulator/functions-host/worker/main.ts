/**
 * The process that the app runs in. Loads the app's entry points the way Azure's Node worker does, then runs the invocations that the
 * host sends. Started by `worker-process.ts` only.
 */
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { functionApp } from './functions-core.ts';
import type { HostMessage, InvocationResult } from './messages.ts';
import { runInvocation } from './run-invocation.ts';
import { sendToHost } from './send-to-host.ts';

const CORE_MODULE_URL = new URL('./functions-core.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@azure/functions-core' ? { url: CORE_MODULE_URL, shortCircuit: true } : next(specifier, context),
});

// A terminal's Ctrl-C reaches every process of its group: the host decides when this one ends, after its invocations.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.on('disconnect', () => process.exit(0));
process.on('message', (message) => void receive(message as HostMessage));
sendToHost({ type: 'listening' });

async function receive(message: HostMessage): Promise<void> {
  switch (message.type) {
    case 'load':
      return load(message.entryPoints);
    case 'invoke': {
      const { invocationId } = message.request;
      sendToHost({ type: 'invoked', invocationId, result: await invoke(message.request) });
      return;
    }
    case 'stop':
      try {
        await functionApp.runHooks('appTerminate', { appHookData: functionApp.appHookData, hookData: {} });
      } finally {
        process.exit(0);
      }
      return;
    default:
      message satisfies never;
  }
}

async function load(entryPoints: readonly string[]): Promise<void> {
  for (const file of entryPoints) {
    try {
      await import(pathToFileURL(file).href);
    } catch (error) {
      sendToHost({ type: 'load-failed', file, ...describe(error) });
      return;
    }
  }
  await functionApp.programmingModel?.getCapabilities?.({});
  await functionApp.runHooks('appStart', { appHookData: functionApp.appHookData, hookData: {} });
  functionApp.started();
  sendToHost({ type: 'loaded', functions: functionApp.functions });
}

async function invoke(request: Extract<HostMessage, { type: 'invoke' }>['request']): Promise<InvocationResult> {
  try {
    return { kind: 'succeeded', response: await runInvocation(functionApp, request) };
  } catch (error) {
    return { kind: 'failed', ...describe(error) };
  }
}

function describe(error: unknown): { reason: string; stack: string } {
  return error instanceof Error
    ? { reason: error.message, stack: error.stack ?? '' }
    : { reason: String(error), stack: '' };
}
