/** `play`: loads every source first, so that a bad second file fails before the first is heard. */
import { playCanceled, playCompleted, playFailed, playStarted, type CallEvent } from '../callbacks/events.ts';
import type { MediaOperation } from './media-operations.ts';
import { playSamples } from './play-prompt.ts';
import type { PromptLoader, PromptSource } from './prompt-source.ts';
import type { ResultInformation } from '../callbacks/results.ts';
import type { Voice } from './voice.ts';

export interface PlayOrder {
  readonly sources: readonly PromptSource[];
  readonly loop: boolean;
  readonly operationContext: string | undefined;
}

export function playOperation(
  order: PlayOrder,
  voice: Voice,
  prompts: PromptLoader,
  report: (event: CallEvent) => void,
): MediaOperation {
  const context = order.operationContext;
  return {
    canceled: playCanceled(context),
    report,
    async perform(signal) {
      const loaded = await loadPrompts(order.sources, prompts, signal);
      if (loaded.kind === 'failed') return playFailed(loaded.result, loaded.sourceIndex, context);
      if (signal.aborted) return playCanceled(context);
      report(playStarted(context));
      const how = await playSamples(voice, loaded.samples, { loop: order.loop, signal });
      return how === 'finished' ? playCompleted(context) : playCanceled(context);
    },
  };
}

type LoadedPrompts =
  | { readonly kind: 'audio'; readonly samples: Int16Array }
  | { readonly kind: 'failed'; readonly sourceIndex: number; readonly result: ResultInformation };

/** All sources one after another, as one piece of audio. */
export async function loadPrompts(
  sources: readonly PromptSource[],
  prompts: PromptLoader,
  signal: AbortSignal,
): Promise<LoadedPrompts> {
  const loaded = await Promise.all(sources.map((source) => prompts.load(source, signal)));
  const pieces: Int16Array[] = [];
  for (const [sourceIndex, piece] of loaded.entries()) {
    if (piece.kind === 'failed') return { kind: 'failed', sourceIndex, result: piece.result };
    pieces.push(piece.samples);
  }
  const samples = new Int16Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    samples.set(piece, at);
    at += piece.length;
  }
  return { kind: 'audio', samples };
}
