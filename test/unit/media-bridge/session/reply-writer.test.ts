import { describe, expect, it } from 'vitest';
import type { ModelRequest, ToolCall } from '#core/ports/language-model';
import type { ReplyWork, ToolOutcome } from '../../../../media-bridge/session/reply-work.ts';
import { writeReply } from '../../../../media-bridge/session/reply-writer.ts';
import {
  scriptedLanguageModel,
  toolCall,
  words,
  type ScriptedReply,
} from '../../../support/scripted-language-model.ts';

const request: ModelRequest = { messages: [{ role: 'user', text: 'Hi' }], tools: [], maxTokens: 100 };
const ended = (text = 'Goodbye.') => toolCall('end_call', {}, text);

function outcomeOf({ name }: ToolCall): ToolOutcome {
  if (name === 'end_call') return { kind: 'turn' };
  if (name === 'order_status') return { kind: 'result', text: '{"status":"sent"}' };
  if (name === 'search_knowledge') return { kind: 'result', text: '{}', spoken: ['Here it is:', 'five days.'] };
  return { kind: 'result', text: 'There is no tool of that name.' };
}

async function write(replies: readonly ScriptedReply[], work: Partial<ReplyWork> = {}, signal?: AbortSignal) {
  const model = scriptedLanguageModel(...replies);
  const events: string[] = [];
  const written = writeReply(
    {
      model,
      request: () => request,
      act: (call) => {
        events.push(`act ${call.name}`);
        return Promise.resolve(outcomeOf(call));
      },
      meanwhile: () => undefined,
      bounds: () => ({ maxChars: 900, abbreviations: [] }),
      ...work,
    },
    { onFirstToken: () => events.push('first token'), onClause: (text) => events.push(text) },
    signal ?? new AbortController().signal,
  );
  return { model, events, result: await written.then(() => 'written' as const).catch((error: unknown) => error) };
}

describe('a reply of the model', () => {
  it('is passed on clause by clause as it is written', async () => {
    const { events, result } = await write([
      [
        { type: 'text', text: 'Your card is blocked now. ' },
        { type: 'text', text: 'Can I help you with anything else?' },
        { type: 'end', reason: 'complete' },
      ],
    ]);
    expect(result).toBe('written');
    expect(events[0]).toBe('first token');
    expect(events.slice(1).join(' ')).toBe('Your card is blocked now. Can I help you with anything else?');
    expect(events.length).toBeGreaterThan(2);
  });

  it('that reaches its limit is spoken as far as it goes', async () => {
    const { events } = await write([
      [
        { type: 'text', text: 'Your card' },
        { type: 'end', reason: 'length' },
      ],
    ]);
    expect(events.at(-1)).toBe('Your card');
  });

  it('that would never end is spoken to the clause that goes beyond the limit, and still ends the call', async () => {
    const { events, result } = await write([ended('It is so. '.repeat(40))], {
      bounds: () => ({ maxChars: 30, abbreviations: [] }),
    });
    expect(events.filter((event) => event === 'It is so.')).toHaveLength(4);
    expect(events.at(-1)).toBe('act end_call');
    expect(result).toBe('written');
  });

  it.each<[string, ScriptedReply, object]>([
    ['that is empty', [{ type: 'end', reason: 'complete' }], { retryable: true, code: 'empty_reply' }],
    ['of white space', words(' \n '), { retryable: true, code: 'empty_reply' }],
    ['that is filtered', [{ type: 'end', reason: 'filtered' }], { retryable: false, code: 'content_filter' }],
  ])('%s is an error', async (_, reply, error) => {
    expect((await write([reply])).result).toMatchObject(error);
  });
});

describe('a reply that calls tools', () => {
  it('may be a call that changes the turn and no words, and ends with it', async () => {
    const { events, result, model } = await write([ended('')]);
    expect(events).toEqual(['first token', 'act end_call']);
    expect(result).toBe('written');
    expect(model.requests).toHaveLength(1);
  });

  it('goes on with what the tool gave, which the model is shown as data', async () => {
    const { model, events } = await write([
      toolCall('order_status', { order: '</data>' }, 'I will look.'),
      words('It was sent yesterday.'),
    ]);
    expect(events).toEqual(['first token', 'I will look.', 'act order_status', 'It was sent yesterday.']);
    expect(model.requests[1]?.messages).toEqual([
      { role: 'user', text: 'Hi' },
      {
        role: 'assistant',
        text: 'I will look.',
        toolCalls: [{ id: 'call-1', name: 'order_status', argumentsJson: '{"order":"</data>"}' }],
      },
      {
        role: 'tool',
        toolCallId: 'call-1',
        text: String.raw`<data>{"tool":"order_status","result":"{\"status\":\"sent\"}"}</data>`,
      },
    ]);
  });

  it('says what the tool has to say, tells the model so, and may end there', async () => {
    const { model, events, result } = await write([toolCall('search_knowledge'), words('')]);
    expect(events.slice(-2)).toEqual(['Here it is:', 'five days.']);
    expect(model.requests[1]?.messages.at(-1)?.text).toContain('"said_to_caller":"Here it is: five days."');
    expect(result).toBe('written');
  });

  it('fills the time while a tool works, once, unless the model has spoken itself', async () => {
    const meanwhile = () => 'Let me see.';
    const calls: ScriptedReply = [
      { type: 'tool-call', call: { id: '1', name: 'order_status', argumentsJson: '{}' } },
      { type: 'tool-call', call: { id: '2', name: 'search_knowledge', argumentsJson: '{}' } },
      { type: 'end', reason: 'complete' },
    ];
    const silent = await write([calls, words('Done.')], { meanwhile });
    expect(silent.events.slice(0, 2)).toEqual(['first token', 'Let me see.']);
    expect(silent.events.filter((event) => event === 'Let me see.')).toHaveLength(1);
    const spoken = await write([toolCall('order_status', {}, 'I will look.'), words('Done.')], { meanwhile });
    expect(spoken.events).not.toContain('Let me see.');
  });

  it('that says nothing but what fills the time is empty, and is not tried again: the tool was run', async () => {
    const { result } = await write([toolCall('order_status'), words('')], { meanwhile: () => 'Let me see.' });
    expect(result).toMatchObject({ code: 'empty_reply', retryable: false });
  });

  it('runs the tools of one round beside each other', async () => {
    const started: string[] = [];
    const both = Promise.withResolvers<ToolOutcome>();
    const { result } = await write(
      [
        [
          { type: 'tool-call', call: { id: '1', name: 'a', argumentsJson: '{}' } },
          { type: 'tool-call', call: { id: '2', name: 'b', argumentsJson: '{}' } },
          { type: 'end', reason: 'complete' },
        ],
        words('Done.'),
      ],
      {
        act: ({ name }) => {
          started.push(name);
          if (started.length === 2) both.resolve({ kind: 'result', text: 'x' });
          return both.promise;
        },
      },
    );
    expect(result).toBe('written');
    expect(started).toEqual(['a', 'b']);
  });

  it('has done once what it asks for twice', async () => {
    const { events, model } = await write([
      toolCall('search_knowledge'),
      toolCall('search_knowledge'),
      words('That is all.'),
    ]);
    expect(events.filter((event) => event === 'act search_knowledge')).toHaveLength(1);
    expect(events.filter((event) => event.startsWith('Here it is'))).toHaveLength(1);
    expect(model.requests).toHaveLength(3);
  });

  it('is told when it calls a tool that is not there', async () => {
    const { model, events } = await write([toolCall('delete_account'), words('I cannot do that.')]);
    expect(events.at(-1)).toBe('I cannot do that.');
    expect(model.requests[1]?.messages.at(-1)?.text).toContain('There is no tool of that name.');
  });

  it('is shown a call of any name as one that the service takes back', async () => {
    const { model } = await write([toolCall(`functions.${'x'.repeat(100)}`), toolCall(''), words('No.')]);
    const names = model.requests[2]?.messages.flatMap((message) =>
      message.role === 'assistant' ? (message.toolCalls ?? []).map(({ name }) => name) : [],
    );
    expect(names).toEqual([`functions_${'x'.repeat(54)}`, 'none']);
  });

  it('has no tools after four rounds of them, and has to speak', async () => {
    const tools = [{ name: 'order_status', description: 'Where it is.', parameters: {} }];
    const fourRounds = Array.from({ length: 4 }, (_, index) => toolCall('order_status', { index }));
    const { model, events, result } = await write([...fourRounds, words('It was sent.')], {
      request: () => ({ ...request, tools }),
    });
    expect(model.requests.map((asked) => asked.tools.length)).toEqual([1, 1, 1, 1, 0]);
    expect(events.at(-1)).toBe('It was sent.');
    expect(result).toBe('written');
  });

  it('is given up when it calls tools again and again, and the last call is not carried out', async () => {
    const { model, events, result } = await write(
      Array.from({ length: 9 }, (_, index) => toolCall('order_status', { index })),
    );
    expect(result).toMatchObject({ port: 'language-model', retryable: false, code: 'too_many_rounds' });
    expect(model.requests).toHaveLength(5);
    expect(events.filter((event) => event === 'act order_status')).toHaveLength(4);
  });

  it('does not carry out a hundred calls at once', async () => {
    const calls = Array.from({ length: 100 }, (_, index) => ({
      type: 'tool-call' as const,
      call: { id: `${index}`, name: 'order_status', argumentsJson: `{"order":${index}}` },
    }));
    const { events } = await write([[...calls, { type: 'end', reason: 'complete' }], words('Done.')]);
    expect(events.filter((event) => event === 'act order_status')).toHaveLength(8);
  });

  it('is asked in what is the language and the agent by then', async () => {
    let language = 'English';
    const { model } = await write([toolCall('change_language'), words('Claro.')], {
      request: () => ({ ...request, messages: [{ role: 'system', text: language }, ...request.messages] }),
      act: () => {
        language = 'Spanish';
        return Promise.resolve({ kind: 'result', text: 'Go on in Spanish.' });
      },
    });
    expect(model.requests.map(({ messages }) => messages[0]?.text)).toEqual(['English', 'Spanish']);
  });

  it('keeps to the abbreviations and the length of what is the language and the agent by then', async () => {
    let bounds = { maxChars: 10, abbreviations: ['mr'] };
    const { events } = await write(
      [
        toolCall('change_language', {}, 'Ask Mr. Smith. Not said.'),
        words('Pregunte al Sr. Smith ahora mismo. Gracias.'),
      ],
      {
        bounds: () => bounds,
        act: () => {
          bounds = { maxChars: 900, abbreviations: ['sr'] };
          return Promise.resolve({ kind: 'result', text: 'Go on in Spanish.' });
        },
      },
    );
    expect(events).toEqual(['first token', 'Ask Mr. Smith.', 'Pregunte al Sr. Smith ahora mismo.', 'Gracias.']);
  });
});

describe('a reply that is thought ahead', () => {
  it('does nothing before the turn of the caller is over', async () => {
    const settled = Promise.withResolvers<undefined>();
    const acted: string[] = [];
    const reply = write([ended()], {
      mayAct: settled.promise,
      act: ({ name }) => {
        acted.push(name);
        return Promise.resolve({ kind: 'turn' });
      },
    });
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(acted).toEqual([]);
    settled.resolve(undefined);
    expect((await reply).result).toBe('written');
    expect(acted).toEqual(['end_call']);
  });

  it('does nothing at all when it is thrown away', async () => {
    const abort = new AbortController();
    const reply = write([ended()], { mayAct: new Promise(() => undefined) }, abort.signal);
    abort.abort(new Error('thrown away'));
    const { events, result } = await reply;
    expect(result).toMatchObject({ message: 'thrown away' });
    expect(events).not.toContain('act end_call');
  });
});
