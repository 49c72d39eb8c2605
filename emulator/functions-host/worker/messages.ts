import type { FunctionMetadata, LogLevel, RpcInvocationRequest, RpcInvocationResponse } from './rpc.ts';

/** Host to worker. */
export type HostMessage =
  | { readonly type: 'load'; readonly entryPoints: readonly string[] }
  | { readonly type: 'invoke'; readonly request: RpcInvocationRequest }
  /** The last message: the app's `appTerminate` hooks run and the process ends. */
  | { readonly type: 'stop' };

/** Worker to host. */
export type WorkerMessage =
  /** The worker's own code is loaded and takes messages. */
  | { readonly type: 'listening' }
  | { readonly type: 'loaded'; readonly functions: readonly FunctionMetadata[] }
  | { readonly type: 'load-failed'; readonly file: string; readonly reason: string; readonly stack: string }
  | { readonly type: 'invoked'; readonly invocationId: string; readonly result: InvocationResult }
  | {
      readonly type: 'log';
      readonly level: LogLevel;
      readonly text: string;
      readonly functionName: string | undefined;
      readonly invocationId: string | undefined;
    };

export type InvocationResult =
  | { readonly kind: 'succeeded'; readonly response: RpcInvocationResponse }
  | { readonly kind: 'failed'; readonly reason: string; readonly stack: string };
