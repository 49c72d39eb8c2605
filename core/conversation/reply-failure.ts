import { PortError } from '../ports/error.ts';

/**
 * What a reply that failed is for the caller: the model's or its filter's refusal, nothing at all, nobody there to ask, or words that could not
 * be spoken. Each has a sentence of its own.
 */
export type ReplyFailure = 'filtered' | 'empty' | 'unavailable' | 'voice';

/** Total: what nobody foresaw counts as a model that is not there. */
export function replyFailure(error: unknown): ReplyFailure {
  if (!(error instanceof PortError)) return 'unavailable';
  if (error.port === 'text-to-speech') return 'voice';
  if (error.port !== 'language-model') return 'unavailable';
  if (error.code === 'content_filter') return 'filtered';
  return error.code === 'empty_reply' ? 'empty' : 'unavailable';
}
