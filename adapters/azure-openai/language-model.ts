import { AzureOpenAI } from 'openai';
import type { ChatCompletionChunk, ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions';
import { PortError } from '#core/ports/error';
import type { LanguageModel, ModelRequest, ReplyChunk } from '#core/ports/language-model';
import { lazyTokenProvider } from '../identity/lazy-credential.ts';
import { filteredCategories } from './content-filter.ts';
import { isFilteredPrompt, portErrorOf } from './model-error.ts';
import { keptConnections } from './kept-connections.ts';
import type { LanguageModelConfig } from './settings.ts';
import { chatMessages, chatTools } from './wire-messages.ts';
import { ToolCallPieces } from './tool-call-pieces.ts';

/** Azure's scope for a model by identity. */
const SCOPE = 'https://cognitiveservices.azure.com/.default';

/** What a reply cost, and what was kept from the caller. For counters and logs: neither holds a word of the conversation. */
export interface ModelObserver {
  used(tokens: { readonly prompt: number; readonly completion: number }): void;
  filtered(categories: readonly string[]): void;
}

const nobody: ModelObserver = { used: () => undefined, filtered: () => undefined };

export interface AzureLanguageModel extends LanguageModel {
  /** Opens connections for the next replies, keeps them open, and signs in. */
  warm(): void;
  /** Closes connections, those of replies under way too. */
  close(): void;
}

export interface LanguageModelOptions {
  /** Connections that are kept open and unused once `warm` was called. */
  readonly spareConnections: number;
  readonly observer?: ModelObserver;
}

/** Streaming chat completions of an Azure OpenAI deployment as the `LanguageModel` port. */
export function azureLanguageModel(config: LanguageModelConfig, options: LanguageModelOptions): AzureLanguageModel {
  const token = config.apiKey === undefined ? lazyTokenProvider(SCOPE) : undefined;
  const connections = keptConnections(config.endpoint, options.spareConnections);
  const client = new AzureOpenAI({
    endpoint: config.endpoint,
    deployment: config.deployment,
    apiVersion: config.apiVersion,
    // The library waits as long as Retry-After says, up to a minute: no caller does. Retrying is the asker's decision.
    maxRetries: 0,
    timeout: config.chunkTimeoutMs,
    // Its log would show what the model wrote.
    logLevel: 'off',
    fetch: (url, init) => connections.fetch(url, init),
    // What is left out here the library reads from variables of its own (OPENAI_BASE_URL, OPENAI_ORG_ID, ...): these are nobody's settings of ours.
    baseURL: '',
    organization: null,
    project: null,
    ...(token === undefined ? { apiKey: config.apiKey ?? '' } : { apiKey: '', azureADTokenProvider: token }),
  });
  const observer = options.observer ?? nobody;
  return {
    reply: (request, signal) => reply(client, config, observer, request, signal),
    warm: () => {
      connections.warm();
      // The first one takes longest: it loads the identity library. A failure shows when it is needed.
      token?.().catch(() => undefined);
    },
    close: () => connections.close(),
  };
}

async function* reply(
  client: AzureOpenAI,
  config: LanguageModelConfig,
  observer: ModelObserver,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ReplyChunk> {
  signal.throwIfAborted();
  const stalled = new AbortController();
  const watch = setTimeout(() => stalled.abort(), config.chunkTimeoutMs);
  try {
    const stream = await client.chat.completions.create(completionParams(config, request), {
      signal: AbortSignal.any([signal, stalled.signal]),
    });
    const calls = new ToolCallPieces();
    let finishReason: string | undefined;
    for await (const chunk of stream) {
      watch.refresh();
      noteUsage(chunk, observer);
      const choice = chunk.choices[0];
      if (choice === undefined) continue;
      if (choice.delta.content) yield { type: 'text', text: choice.delta.content };
      // A call is told when it is whole, which takes seconds when it holds a summary: that the model has begun is told at once.
      if (calls.isEmpty && choice.delta.tool_calls !== undefined) yield { type: 'text', text: '' };
      calls.add(choice.delta.tool_calls ?? []);
      if (choice.finish_reason !== null) {
        finishReason = choice.finish_reason;
        if (finishReason === 'content_filter') observer.filtered(filteredCategories(choice));
      }
    }
    // An aborted stream ends as if it were complete.
    signal.throwIfAborted();
    if (finishReason === undefined) throw cutOff(stalled.signal.aborted);
    if (finishReason !== 'content_filter') for (const call of calls.joined()) yield { type: 'tool-call', call };
    yield { type: 'end', reason: endReason(finishReason) };
  } catch (error) {
    signal.throwIfAborted();
    if (stalled.signal.aborted) throw cutOff(true);
    if (!isFilteredPrompt(error)) throw portErrorOf(error);
    observer.filtered(['prompt']);
    yield { type: 'end', reason: 'filtered' };
  } finally {
    clearTimeout(watch);
    // Ends the connection when whoever iterates stops half-way.
    stalled.abort();
  }
}

function completionParams(config: LanguageModelConfig, request: ModelRequest): ChatCompletionCreateParamsStreaming {
  return {
    model: config.deployment,
    stream: true,
    stream_options: { include_usage: true },
    messages: chatMessages(request.messages),
    max_completion_tokens: request.maxTokens,
    // Reasoning is silence on the line: it counts against the tokens as well.
    ...(config.reasoningEffort === undefined ? {} : { reasoning_effort: config.reasoningEffort }),
    // The service refuses an empty list of tools.
    ...(request.tools.length > 0 ? { tools: chatTools(request.tools) } : {}),
  };
}

/** The last chunk has the usage and no choice. */
function noteUsage(chunk: ChatCompletionChunk, observer: ModelObserver): void {
  if (chunk.usage) observer.used({ prompt: chunk.usage.prompt_tokens, completion: chunk.usage.completion_tokens });
}

function endReason(finishReason: string): 'complete' | 'length' | 'filtered' {
  if (finishReason === 'length') return 'length';
  return finishReason === 'content_filter' ? 'filtered' : 'complete';
}

function cutOff(stalled: boolean): PortError {
  return new PortError('language-model', stalled ? 'the model went silent' : 'the reply was cut off', {
    retryable: true,
  });
}
