export interface LanguageModel {
  /** Streams one reply. Iteration ends after the `end` chunk; aborting throws the signal's reason; failures throw `PortError`. */
  reply(request: ModelRequest, signal: AbortSignal): AsyncIterable<ReplyChunk>;
}

export interface ModelRequest {
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly ToolDescription[];
  readonly maxTokens: number;
}

export type ModelMessage =
  | { readonly role: 'system'; readonly text: string }
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string; readonly toolCalls?: readonly ToolCall[] }
  | { readonly role: 'tool'; readonly toolCallId: string; readonly text: string };

export interface ToolDescription {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments object. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** As the model wrote it: may be no JSON at all. */
  readonly argumentsJson: string;
}

export type ReplyChunk =
  /** Empty: the model has begun, and what it writes is no words yet. */
  | { readonly type: 'text'; readonly text: string }
  /** Whole: pieces are joined by the adapter. */
  | { readonly type: 'tool-call'; readonly call: ToolCall }
  | { readonly type: 'end'; readonly reason: 'complete' | 'length' | 'filtered' };
