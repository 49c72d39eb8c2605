import { randomUUID } from 'node:crypto';
import type { Answer } from './answer.ts';

/** Bodies of Azure's chat completions: OpenAI's, with the content filter's results beside each choice. */
export interface Completion {
  readonly id: string;
  readonly callId: string;
  readonly createdS: number;
  readonly model: string;
  readonly promptTokens: number;
  readonly answer: Answer;
}

const SEVERITIES = Object.fromEntries(
  ['hate', 'self_harm', 'sexual', 'violence'].map((category) => [category, { filtered: false, severity: 'safe' }]),
);
const PROMPT_FILTER_RESULTS = [
  { prompt_index: 0, content_filter_results: { ...SEVERITIES, jailbreak: { filtered: false, detected: false } } },
];
const FINGERPRINT = 'fp_trunkline';

export function newCompletion(model: string, nowMs: number, promptTokens: number, answer: Answer): Completion {
  const createdS = Math.floor(nowMs / 1000);
  const [id, callId] = [`chatcmpl-${randomHex()}`, `call_${randomHex()}`];
  return { id, callId, createdS, model, promptTokens, answer };
}

export function completionBody({ id, callId, createdS, model, promptTokens, answer }: Completion): object {
  const { words, tool, finishReason } = answer;
  const content = words.length > 0 ? words.join('') : null;
  const toolCalls = tool && [
    { id: callId, type: 'function', function: { name: tool.name, arguments: tool.argumentPieces.join('') } },
  ];
  return {
    id,
    object: 'chat.completion',
    created: createdS,
    model,
    system_fingerprint: FINGERPRINT,
    prompt_filter_results: PROMPT_FILTER_RESULTS,
    choices: [
      {
        index: 0,
        finish_reason: finishReason,
        logprobs: null,
        content_filter_results: tool === undefined ? SEVERITIES : {},
        message: { role: 'assistant', refusal: null, content, ...(toolCalls && { tool_calls: toolCalls }) },
      },
    ],
    usage: usageOf(promptTokens, answer),
  };
}

/** In the order they are sent; `isWritten` marks those a model takes time to write. */
export function* completionChunks(
  completion: Completion,
  includeUsage: boolean,
): Generator<{ readonly body: object; readonly isWritten: boolean }> {
  const { id, callId, createdS, model, promptTokens, answer } = completion;
  const usage = includeUsage ? { usage: null } : {};
  const head = { id, object: 'chat.completion.chunk', created: createdS, model, system_fingerprint: FINGERPRINT };
  const chunk = (delta: object, finishReason: string | null, filter: object): object => ({
    ...head,
    choices: [{ index: 0, delta, finish_reason: finishReason, logprobs: null, content_filter_results: filter }],
    ...usage,
  });
  const quick = (body: object) => ({ body, isWritten: false });
  const written = (body: object) => ({ body, isWritten: true });

  // A chunk with no choice, no id and no model comes first (README: guess): readers must not take choices[0] for granted.
  const promptOnly = { id: '', object: '', created: 0, model: '', choices: [] };
  yield quick({ ...promptOnly, prompt_filter_results: PROMPT_FILTER_RESULTS });
  yield quick(chunk({ role: 'assistant', content: answer.words.length > 0 ? '' : null, refusal: null }, null, {}));
  for (const word of answer.words) yield written(chunk({ content: word }, null, SEVERITIES));
  if (answer.tool !== undefined) {
    const { name, argumentPieces } = answer.tool;
    const call = { index: 0, id: callId, type: 'function', function: { name, arguments: '' } };
    yield written(chunk({ tool_calls: [call] }, null, {}));
    for (const piece of argumentPieces) {
      yield written(chunk({ tool_calls: [{ index: 0, function: { arguments: piece } }] }, null, {}));
    }
  }
  yield quick(chunk({}, answer.finishReason, {}));
  if (includeUsage) yield quick({ ...head, choices: [], usage: usageOf(promptTokens, answer) });
}

function usageOf(promptTokens: number, { completionTokens }: Answer): object {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}

function randomHex(): string {
  return randomUUID().replaceAll('-', '');
}
