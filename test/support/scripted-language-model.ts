import type { LanguageModel, ModelRequest, ReplyChunk } from '#core/ports/language-model';

/** `hang` writes nothing until it is cancelled. An error is thrown in its place in the stream. */
export type ScriptedReply = readonly (ReplyChunk | Error | 'hang')[];

export interface ScriptedLanguageModel extends LanguageModel {
  readonly requests: readonly ModelRequest[];
  /** How many replies were cancelled before they were written. */
  readonly cancelled: number;
  /** The next requests get these, in order; after them every reply is "All right." */
  script(...replies: readonly ScriptedReply[]): void;
}

export function words(text: string): ScriptedReply {
  return [
    { type: 'text', text },
    { type: 'end', reason: 'complete' },
  ];
}

export function toolCall(name: string, toolArguments: unknown = {}, text = ''): ScriptedReply {
  return [
    ...(text === '' ? [] : [{ type: 'text', text } as const]),
    { type: 'tool-call', call: { id: 'call-1', name, argumentsJson: JSON.stringify(toolArguments) } },
    { type: 'end', reason: 'complete' },
  ];
}

/** A model that writes what a test says it does. */
export function scriptedLanguageModel(...replies: readonly ScriptedReply[]): ScriptedLanguageModel {
  const requests: ModelRequest[] = [];
  let script = [...replies];
  let cancelled = 0;
  return {
    requests,
    get cancelled() {
      return cancelled;
    },
    script: (...more) => {
      script = [...more];
    },
    async *reply(request, signal) {
      requests.push(request);
      for (const step of script.shift() ?? words('All right.')) {
        await new Promise((resolve) => setImmediate(resolve));
        if (step === 'hang') {
          await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        }
        if (signal.aborted) {
          cancelled += 1;
          throw signal.reason;
        }
        if (step instanceof Error) throw step;
        if (step !== 'hang') yield step;
      }
    },
  };
}
