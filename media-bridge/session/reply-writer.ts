import { clauseCutter } from '#core/conversation/clauses';
import type { ToolUse } from '#core/conversation/input';
import { readToolCall } from '#core/conversation/tools';
import { PortError } from '#core/ports/error';
import type { LanguageModel, ModelMessage, ModelRequest, ToolCall } from '#core/ports/language-model';

/** A model that keeps calling tools there are not is given up. */
const ROUNDS_MAX = 3;

export interface ReplyListener {
  onFirstToken(): void;
  onClause(text: string): void;
  onTool(call: ToolCall, tool: ToolUse): void;
}

/**
 * Lets the model write one reply and passes it on clause by clause. Resolves when it is written. Throws `PortError`, also for a reply with nothing
 * in it, and the signal's reason when aborted.
 */
export async function writeReply(
  model: LanguageModel,
  request: ModelRequest,
  listener: ReplyListener,
  signal: AbortSignal,
): Promise<void> {
  let messages: readonly ModelMessage[] = request.messages;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const written = await writeRound(model, { ...request, messages }, listener, signal);
    if (written.refused.length === 0) return;
    messages = [
      ...messages,
      { role: 'assistant', text: written.text, toolCalls: written.refused.map(({ call }) => call) },
      ...written.refused.map(({ call, problem }) => ({ role: 'tool' as const, toolCallId: call.id, text: problem })),
    ];
  }
  throw new PortError('language-model', 'called unknown tools again and again', { retryable: false });
}

interface Round {
  readonly text: string;
  readonly refused: readonly { readonly call: ToolCall; readonly problem: string }[];
}

async function writeRound(
  model: LanguageModel,
  request: ModelRequest,
  listener: ReplyListener,
  signal: AbortSignal,
): Promise<Round> {
  const cutter = clauseCutter();
  const refused: { call: ToolCall; problem: string }[] = [];
  let text = '';
  let acted = false;
  for await (const chunk of model.reply(request, signal)) {
    if (text === '' && !acted && chunk.type !== 'end') listener.onFirstToken();
    switch (chunk.type) {
      case 'text':
        text += chunk.text;
        for (const clause of cutter.push(chunk.text)) listener.onClause(clause);
        break;
      case 'tool-call': {
        const reading = readToolCall(chunk.call);
        acted = true;
        if (reading.ok) listener.onTool(chunk.call, reading.tool);
        else refused.push({ call: chunk.call, problem: reading.problem });
        break;
      }
      case 'end':
        if (chunk.reason === 'filtered') {
          throw new PortError('language-model', 'the reply was filtered', { retryable: false, code: 'content_filter' });
        }
    }
  }
  signal.throwIfAborted();
  const rest = cutter.flush();
  if (rest !== undefined) listener.onClause(rest);
  if (text.trim() === '' && !acted) throw new PortError('language-model', 'the reply was empty', { retryable: true });
  return { text, refused };
}
