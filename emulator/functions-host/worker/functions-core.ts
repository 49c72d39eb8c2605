/**
 * What the app gets for `@azure/functions-core`: a module that exists only inside a Functions worker. `@azure/functions` asks for it at
 * its first registration and, without it, silently registers nothing.
 */
import { format } from 'node:util';
import { FunctionApp } from './function-app.ts';
import type { FunctionCallback, FunctionMetadata, HookCallback, LogLevel, ProgrammingModel } from './rpc.ts';
import { sendToHost } from './send-to-host.ts';

/** A builtin is a singleton: the worker and every copy of the library in the app must see the same one. */
export const functionApp = new FunctionApp();

export const version = '3.10.0';
export const hostVersion = '4.0.0';

export class Disposable {
  readonly #dispose: () => void;

  constructor(dispose: () => void) {
    this.#dispose = dispose;
  }

  dispose(): void {
    this.#dispose();
  }
}

export function setProgrammingModel(model: ProgrammingModel): void {
  functionApp.setProgrammingModel(model);
}

export function getProgrammingModel(): ProgrammingModel | undefined {
  return functionApp.programmingModel;
}

export function registerFunction(metadata: FunctionMetadata, callback: FunctionCallback): Disposable {
  functionApp.registerFunction(metadata, callback);
  return new Disposable(() => {
    throw new Error('A registered function cannot be taken back.');
  });
}

export function registerHook(name: string, callback: HookCallback): Disposable {
  return new Disposable(functionApp.registerHook(name, callback));
}

/** System log of the library, outside any invocation. */
export function log(level: LogLevel, _category: string, ...parts: unknown[]): void {
  sendToHost({ type: 'log', level, text: format(...parts), functionName: undefined, invocationId: undefined });
}
