import type { CallBackRequest, CallBackRequests } from '#core/ports/call-back-requests';

export interface MemoryCallBackRequests extends CallBackRequests {
  readonly recorded: readonly CallBackRequest[];
}

/** Keeps what is recorded. `fails`: what is thrown instead. */
export function memoryCallBackRequests(fails?: Error): MemoryCallBackRequests {
  const recorded: CallBackRequest[] = [];
  return {
    recorded,
    record: (request) => {
      if (fails !== undefined) return Promise.reject(fails);
      recorded.push(request);
      return Promise.resolve();
    },
  };
}
