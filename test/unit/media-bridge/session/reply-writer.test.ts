import { describe, expect, it } from 'vitest';
import type { ModelRequest } from '#core/ports/language-model';
import { writeReply } from '../../../../media-bridge/session/reply-writer.ts';
import {
  scriptedLanguageModel,
  toolCall,
  words,
  type ScriptedReply,
} from '../../../support/scripted-language-model.ts';

const request: ModelRequest = { messages: [{ role: 'user', text: 'Hi' }], tools: [], maxTokens: 100 };
const never = new AbortController().signal;

async function write(...replies: readonly ScriptedReply[]) {
  const model = scriptedLanguageModel(...replies);
  const events: string[] = [];
  const written = writeReply(
    model,
    request,
    {
      onFirstToken: () => events.push('first token'),
      onClause: (text) => events.push(text),
      onTool: (_call, tool) => events.push(tool.kind),
    },
    never,
  );
  return { model, events, result: await written.then(() => 'written' as const).catch((error: unknown) => error) };
}

describe('a reply of the model', () => {
  it('is passed on clause by clause as it is written', async () => {
    const { events, result } = await write([
      { type: 'text', text: 'Your card is blocked now. ' },
      { type: 'text', text: 'Can I help you with anything else?' },
      { type: 'end', reason: 'complete' },
    ]);
    expect(result).toBe('written');
    expect(events[0]).toBe('first token');
    expect(events.slice(1).join(' ')).toBe('Your card is blocked now. Can I help you with anything else?');
    expect(events.length).toBeGreaterThan(2);
  });

  it('may be a tool call and no words', async () => {
    expect((await write(toolCall('end_call'))).events).toEqual(['first token', 'end-call']);
  });

  it('is asked for again with an explanation when it calls a tool that is not there', async () => {
    const { model, events, result } = await write(toolCall('delete_account'), words('I cannot do that.'));
    expect(result).toBe('written');
    expect(events.at(-1)).toBe('I cannot do that.');
    expect(model.requests[1]?.messages.slice(-2)).toMatchObject([
      { role: 'assistant', toolCalls: [{ name: 'delete_account' }] },
      { role: 'tool', toolCallId: 'call-1' },
    ]);
  });

  it('is given up when it calls such tools again and again', async () => {
    const { model, result } = await write(...Array.from({ length: 9 }, () => toolCall('delete_account')));
    expect(result).toMatchObject({ port: 'language-model', retryable: false });
    expect(model.requests.length).toBeLessThan(5);
  });

  it.each<[string, ScriptedReply, object]>([
    ['that is empty', [{ type: 'end', reason: 'complete' }], { retryable: true }],
    ['that is filtered', [{ type: 'end', reason: 'filtered' }], { code: 'content_filter' }],
  ])('%s is an error', async (_, reply, error) => {
    expect((await write(reply)).result).toMatchObject({ port: 'language-model', ...error });
  });

  it('that reaches its limit is spoken as far as it goes', async () => {
    const { events } = await write([
      { type: 'text', text: 'Your card' },
      { type: 'end', reason: 'length' },
    ]);
    expect(events.at(-1)).toBe('Your card');
  });
});
