import * as z from 'zod';

/** The part of a chat completion request that a scripted answer depends on; anything else is accepted and passed over. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  /** Names of the tools offered. */
  readonly tools: readonly string[];
  readonly wantsJson: boolean;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly maxTokens: number;
}

export interface ChatMessage {
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  readonly text: string;
  /** For `tool`: the name of the tool whose result this is, when the call it answers is in the request. */
  readonly toolName: string | undefined;
}

export type ChatRequestResult =
  | { readonly ok: true; readonly request: ChatRequest }
  | { readonly ok: false; readonly message: string; readonly param: string };

const MAX_MESSAGES = 2048;
const parts = z.array(z.object({ type: z.string(), text: z.string().optional() })).max(256);
const content = z
  .union([z.string(), parts, z.null()])
  .optional()
  .transform((value) => (Array.isArray(value) ? value.map(({ text }) => text ?? '').join(' ') : (value ?? '')));

const message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content,
  tool_call_id: z.string().optional(),
  tool_calls: z.array(z.object({ id: z.string(), function: z.object({ name: z.string() }) })).optional(),
});

const chatRequest = z.object({
  messages: z.array(message).min(1).max(MAX_MESSAGES),
  tools: z
    .array(z.object({ type: z.literal('function'), function: z.object({ name: z.string() }) }))
    .max(128)
    .default([]),
  response_format: z.object({ type: z.string() }).optional(),
  stream: z.boolean().nullable().default(false),
  stream_options: z.object({ include_usage: z.boolean().default(false) }).nullish(),
  max_tokens: z.number().int().min(1).nullish(),
  max_completion_tokens: z.number().int().min(1).nullish(),
  n: z.literal(1, 'only one choice is answered here').nullish(),
});

export function parseChatRequest(body: unknown): ChatRequestResult {
  const parsed = chatRequest.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { ok: false, message: issue?.message ?? 'invalid request', param: issue?.path.join('.') ?? '' };
  }
  const wire = parsed.data;
  const calledTools = new Map(
    wire.messages.flatMap(({ tool_calls }) => tool_calls ?? []).map((call) => [call.id, call.function.name] as const),
  );
  const messages = wire.messages.map(({ role, content: text, tool_call_id }): ChatMessage => ({
    role,
    text,
    toolName: tool_call_id === undefined ? undefined : calledTools.get(tool_call_id),
  }));
  const tools = wire.tools.map((tool) => tool.function.name);
  return {
    ok: true,
    request: {
      messages,
      tools,
      wantsJson: wire.response_format?.type.startsWith('json_') === true || asksForPacket(messages, tools),
      stream: wire.stream ?? false,
      includeUsage: wire.stream_options?.include_usage ?? false,
      maxTokens: wire.max_completion_tokens ?? wire.max_tokens ?? Infinity,
    },
  };
}

/** A summary is asked for in words by those who do not use `response_format`; a conversation always has tools. */
function asksForPacket(messages: readonly ChatMessage[], tools: readonly string[]): boolean {
  const instruction = messages.findLast(({ role }) => role === 'system' || role === 'developer');
  return tools.length === 0 && /\bJSON\b|summary packet/i.test(instruction?.text ?? '');
}
