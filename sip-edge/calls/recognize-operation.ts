/** `recognize` for keys: a prompt, then the keys, with the published time-outs (acs-facts 2.3, 9.2). */
import { recognizeCanceled, recognizeCompleted, recognizeFailed, type CallEvent } from '../callbacks/events.ts';
import { results } from '../callbacks/results.ts';
import type { LegAudio, Tone } from '../leg.ts';
import type { MediaOperation } from './media-operations.ts';
import { loadPrompts } from './play-operation.ts';
import { playSamples } from './play-prompt.ts';
import type { PromptLoader, PromptSource } from './prompt-source.ts';
import { afterTimeout, afterTone, nothingCollected, type Collection, type CollectionRules } from './tone-collection.ts';
import { toneName } from './tones.ts';
import type { Voice } from './voice.ts';

export interface RecognizeOrder {
  readonly prompts: readonly PromptSource[];
  /** A key stops the prompt and counts; otherwise keys during the prompt are ignored. */
  readonly interruptPrompt: boolean;
  readonly initialSilenceTimeoutMs: number;
  readonly interToneTimeoutMs: number;
  readonly rules: CollectionRules;
  readonly operationContext: string | undefined;
}

export function recognizeOperation(
  order: RecognizeOrder,
  caller: { readonly audio: LegAudio; readonly voice: Voice },
  prompts: PromptLoader,
  report: (event: CallEvent) => void,
): MediaOperation {
  const context = order.operationContext;
  return {
    canceled: recognizeCanceled(context),
    report,
    async perform(signal) {
      const loaded = await loadPrompts(order.prompts, prompts, signal);
      if (loaded.kind === 'failed') return recognizeFailed(results.promptFailed, loaded.sourceIndex, context);
      const collected = await collectTones(order, caller.audio, signal, (stopPrompt) =>
        playSamples(caller.voice, loaded.samples, { loop: false, signal: AbortSignal.any([signal, stopPrompt]) }),
      );
      switch (collected.kind) {
        case 'complete':
          return recognizeCompleted(collected.tones.map(toneName), collected.result, context);
        case 'silent':
          return recognizeFailed(results.initialSilence, undefined, context);
        case 'collecting':
          return recognizeCanceled(context);
      }
    },
  };
}

/** Still `collecting` when `signal` aborted. */
async function collectTones(
  { interruptPrompt, initialSilenceTimeoutMs, interToneTimeoutMs, rules }: RecognizeOrder,
  audio: LegAudio,
  signal: AbortSignal,
  playPrompt: (stop: AbortSignal) => Promise<unknown>,
): Promise<Collection> {
  const prompt = new AbortController();
  const done = Promise.withResolvers<Collection>();
  let collection = nothingCollected;
  let promptPlays = true;
  let timer: NodeJS.Timeout | undefined;

  const settle = (next: Collection): void => {
    collection = next;
    if (next.kind !== 'collecting') done.resolve(next);
  };
  const armTimer = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      settle(afterTimeout(collection));
    }, ms);
  };
  const onTone = (tone: Tone): void => {
    if (promptPlays && !interruptPrompt) return;
    prompt.abort();
    settle(afterTone(collection, tone, rules));
    if (collection.kind === 'collecting') armTimer(interToneTimeoutMs);
  };
  const onAbort = (): void => {
    done.resolve(collection);
  };

  const unsubscribe = audio.onTone(onTone);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  try {
    await playPrompt(prompt.signal);
    promptPlays = false;
    if (!signal.aborted && timer === undefined) armTimer(initialSilenceTimeoutMs);
    return await done.promise;
  } finally {
    unsubscribe();
    signal.removeEventListener('abort', onAbort);
    clearTimeout(timer);
  }
}
