import { AzureOpenAI } from 'openai';
import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions';
import { PortError } from '#core/ports/error';
import type { LanguageModel, ModelRequest, ReplyChunk } from '#core/ports/language-model';
import { lazyTokenProvider } from '../identity/lazy-credential.ts';
import { CompletionReader, type ModelObserver } from './completion-reader.ts';
import { EventStream } from './event-stream.ts';
import { isFilteredPrompt, notReached, portErrorOf, statusError } from './model-error.ts';
import { keptConnections, type Asked, type Asking, type KeptConnections } from './kept-connections.ts';
import type { LanguageModelConfig } from './settings.ts';
import { chatMessages, chatTools } from './wire-messages.ts';

/** Azure's scope for a model by identity. */
const SCOPE = 'https://cognitiveservices.azure.com/.default';

export type { ModelObserver } from './completion-reader.ts';

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

/**
 * Streaming chat completions of an Azure OpenAI deployment as the `LanguageModel` port. The library makes and signs the request; what comes back is read
 * straight from the connection, since the library's way of reading costs several times as much for each token.
 */
export function azureLanguageModel(config: LanguageModelConfig, options: LanguageModelOptions): AzureLanguageModel {
  const token = config.apiKey === undefined ? lazyTokenProvider(SCOPE) : undefined;
  const connections = keptConnections(config.endpoint, options.spareConnections);
  const client = new AzureOpenAI({
    endpoint: config.endpoint,
    deployment: config.deployment,
    apiVersion: config.apiVersion,
    // Its log would show what the caller said.
    logLevel: 'off',
    // What is left out here the library reads from variables of its own (OPENAI_BASE_URL, OPENAI_ORG_ID, ...): these are nobody's settings of ours.
    baseURL: '',
    organization: null,
    project: null,
    ...(token === undefined ? { apiKey: config.apiKey ?? '' } : { apiKey: '', azureADTokenProvider: token }),
  });
  const observer = options.observer ?? nobody;
  return {
    reply: (request, signal) => reply({ client, connections, config, observer }, request, signal),
    warm: () => {
      connections.warm();
      // The first one takes longest: it loads the identity library. A failure shows when it is needed.
      token?.().catch(() => undefined);
    },
    close: () => connections.close(),
  };
}

interface Means {
  readonly client: AzureOpenAI;
  readonly connections: KeptConnections;
  readonly config: LanguageModelConfig;
  readonly observer: ModelObserver;
}

async function* reply(means: Means, request: ModelRequest, signal: AbortSignal): AsyncGenerator<ReplyChunk> {
  const { config, observer } = means;
  signal.throwIfAborted();
  let asked: Asked | undefined;
  let stream: EventStream | undefined;
  let isSilent = false;
  const cancel = (): void => {
    stream?.stop();
    asked?.cancel();
  };
  const watch = setTimeout(() => {
    isSilent = true;
    cancel();
  }, config.chunkTimeoutMs);
  const goOn = (): void => {
    signal.throwIfAborted();
    if (isSilent) throw cutOff(true);
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const asking = await askingFor(means, request);
    // Signing in may have taken long.
    goOn();
    asked = means.connections.ask(asking.url, asking);
    const answer = await asked.answer.catch((error: unknown) => {
      throw notReached(error);
    });
    if (!isWell(answer.statusCode)) throw await statusError(answer);
    stream = new EventStream(answer);
    const completion = new CompletionReader(observer);
    for (let events = await stream.read(); events !== undefined; events = await stream.read()) {
      watch.refresh();
      const words = completion.read(events);
      if (words !== undefined) yield words;
      if (!completion.isOver) continue;
      asked.finish();
      asked = undefined;
      break;
    }
    signal.throwIfAborted();
    const { finishReason } = completion;
    if (finishReason === undefined) throw cutOff(isSilent);
    if (finishReason !== 'content_filter') for (const call of completion.calls()) yield { type: 'tool-call', call };
    yield { type: 'end', reason: endReason(finishReason) };
  } catch (error) {
    goOn();
    if (!isFilteredPrompt(error)) throw portErrorOf(error);
    observer.filtered(['prompt']);
    yield { type: 'end', reason: 'filtered' };
  } finally {
    clearTimeout(watch);
    signal.removeEventListener('abort', cancel);
    // Ends the connection when whoever iterates stops half-way.
    cancel();
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

/** Signed, and with all headers the library gives it. */
async function askingFor({ client, config }: Means, request: ModelRequest): Promise<Asking & { readonly url: string }> {
  const body = completionParams(config, request);
  const { req, url } = await client.buildRequest({ method: 'post', path: '/chat/completions', body, stream: true });
  if (typeof req.body !== 'string') throw new TypeError('only a text body is sent');
  return { url, method: 'POST', headers: Object.fromEntries(req.headers), body: req.body };
}

function isWell(status = 0): boolean {
  return status >= 200 && status <= 299;
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
