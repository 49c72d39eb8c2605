import type { EventSourceMessage } from 'eventsource-parser';
import { APIError } from 'openai';
import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { ReplyChunk, ToolCall } from '#core/ports/language-model';
import { filteredCategories } from './content-filter.ts';
import { ToolCallPieces } from './tool-call-pieces.ts';

/** What a reply cost, and what was kept from the caller. For counters and logs: neither holds a word of the conversation. */
export interface ModelObserver {
  used(tokens: { readonly prompt: number; readonly completion: number }): void;
  filtered(categories: readonly string[]): void;
}

/** What is not the chunk of a completion: the service says in its stream that it failed. */
interface ErrorEvent {
  readonly error?: object;
}

const LAST = '[DONE]';

/** Makes words of a streamed completion's events, and keeps the rest until its end. */
export class CompletionReader {
  readonly #observer: ModelObserver;
  readonly #pieces = new ToolCallPieces();
  #finishReason: string | undefined;
  #isOver = false;

  constructor(observer: ModelObserver) {
    this.#observer = observer;
  }

  /** Why the model stopped; undefined when it did not. */
  get finishReason(): string | undefined {
    return this.#finishReason;
  }

  /** Nothing comes after it. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The words of all of them in one piece. Throws `APIError` when the service reports one. */
  read(events: readonly EventSourceMessage[]): ReplyChunk | undefined {
    let text = '';
    let hasBegun = false;
    for (const { event, data } of events) {
      this.#isOver = data === LAST;
      if (this.#isOver) break;
      const chunk = chunkOf(data, event === 'error');
      // The last chunk has the usage and no choice.
      if (chunk.usage) {
        this.#observer.used({ prompt: chunk.usage.prompt_tokens, completion: chunk.usage.completion_tokens });
      }
      const choice = chunk.choices[0];
      if (choice === undefined) continue;
      if (choice.delta.content) text += choice.delta.content;
      // A call is told when it is whole, which takes seconds when it holds a summary: that the model has begun is told at once.
      if (choice.delta.tool_calls !== undefined) {
        hasBegun ||= this.#pieces.isEmpty;
        this.#pieces.add(choice.delta.tool_calls);
      }
      this.#finish(choice);
    }
    return text !== '' || hasBegun ? { type: 'text', text } : undefined;
  }

  calls(): ToolCall[] {
    return this.#pieces.joined();
  }

  #finish(choice: ChatCompletionChunk.Choice): void {
    const reason = choice.finish_reason as string | null | undefined;
    if (typeof reason !== 'string') return;
    this.#finishReason = reason;
    if (reason === 'content_filter') this.#observer.filtered(filteredCategories(choice));
  }
}

function chunkOf(data: string, isError: boolean): ChatCompletionChunk {
  const parsed = parse(data);
  const { error } = parsed;
  if (isError || error) throw new APIError(undefined, error ?? parsed, undefined, undefined);
  return parsed as ChatCompletionChunk;
}

function parse(data: string): (ChatCompletionChunk | object) & ErrorEvent {
  try {
    return JSON.parse(data) as (ChatCompletionChunk | object) & ErrorEvent;
  } catch {
    // Its own error would show what the model wrote.
    throw new SyntaxError('an event is no JSON');
  }
}
