import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { azureLanguageModel, type AzureLanguageModel, type ModelObserver } from '#adapters/azure-openai/language-model';
import type { LanguageModelConfig } from '#adapters/azure-openai/settings';
import type { ModelMessage, ModelRequest, ReplyChunk } from '#core/ports/language-model';
import { collect } from '../../support/collect.ts';
import { startOpenAiServer, type OpenAiServer } from '../../../emulator/openai/server.ts';

const KEY = 'a key for the tests';
const { signal } = new AbortController();
const transfer = { name: 'transfer_to_person', description: 'Hands the caller over.', parameters: { type: 'object' } };
const asking = (text: string, ...rest: ModelMessage[]): ModelRequest => ({
  messages: [{ role: 'system', text: 'You help.' }, { role: 'user', text }, ...rest],
  tools: [transfer],
  maxTokens: 200,
});

const textOf = (chunks: readonly ReplyChunk[]): string =>
  chunks.map((chunk) => (chunk.type === 'text' ? chunk.text : '')).join('');

const opened: AzureLanguageModel[] = [];
function modelAt(where: LanguageModelConfig, observer?: ModelObserver): AzureLanguageModel {
  const model = azureLanguageModel(where, { spareConnections: 0, ...(observer === undefined ? {} : { observer }) });
  opened.push(model);
  return model;
}
afterEach(() => {
  for (const model of opened.splice(0)) model.close();
});

let emulator: OpenAiServer;
let config: LanguageModelConfig;
beforeAll(async () => {
  const log = pino({ level: 'silent' });
  const options = { apiKey: KEY, deployments: ['gpt-test'], wordDelayMs: 1, log };
  emulator = await startOpenAiServer({ listen: { host: '127.0.0.1', port: 0 }, ...options });
  config = {
    endpoint: emulator.url,
    apiKey: KEY,
    deployment: 'gpt-test',
    apiVersion: '2024-10-21',
    chunkTimeoutMs: 3_000,
  };
  const rules = [
    { when: { said: 'dispute' }, reply: 'I can help with that charge.' },
    {
      when: { said: 'person' },
      reply: 'One moment.',
      tool: { name: 'transfer_to_person', arguments: { queue: 'billing', reason: 'dispute' } },
    },
    { when: { after_tool: 'transfer_to_person' }, reply: 'I am transferring you now.' },
    { when: { said: 'busy' }, error: { status: 429, code: 'rate_limit_exceeded' } },
    { when: { said: 'rude' }, error: { status: 400, code: 'content_filter' } },
    { when: { said: 'slow' }, reply: 'word '.repeat(200), delay_ms: 5 },
  ];
  await fetch(`${emulator.url}/control/scripts/demo`, { method: 'PUT', body: JSON.stringify({ rules }) });
});
afterAll(() => emulator.close());

describe('the model', () => {
  it('writes a reply piece by piece', async () => {
    const chunks = await collect(modelAt(config).reply(asking('I dispute a charge'), signal));
    expect(textOf(chunks)).toBe('I can help with that charge.');
    expect(chunks.filter(({ type }) => type === 'text').length).toBeGreaterThan(1);
    expect(chunks.at(-1)).toEqual({ type: 'end', reason: 'complete' });
  });

  it('says what a reply cost', async () => {
    const used: unknown[] = [];
    const observer: ModelObserver = { used: (tokens) => void used.push(tokens), filtered: () => undefined };
    await collect(modelAt(config, observer).reply(asking('I dispute a charge'), signal));
    expect(used).toEqual([{ prompt: expect.any(Number) as number, completion: expect.any(Number) as number }]);
  });

  it('calls a tool, its arguments whole, and goes on with the result', async () => {
    const model = modelAt(config);
    const chunks = await collect(model.reply(asking('a person please'), signal));
    const call = chunks.find((chunk) => chunk.type === 'tool-call')?.call;
    expect(call).toMatchObject({ name: 'transfer_to_person' });
    expect(JSON.parse(call!.argumentsJson)).toEqual({ queue: 'billing', reason: 'dispute' });
    expect(chunks.at(-1)).toEqual({ type: 'end', reason: 'complete' });
    const next = asking(
      'a person please',
      { role: 'assistant', text: textOf(chunks), toolCalls: [call!] },
      { role: 'tool', toolCallId: call!.id, text: '{"ok":true}' },
    );
    expect(textOf(await collect(model.reply(next, signal)))).toBe('I am transferring you now.');
  });

  it('stops where it is allowed no more tokens', async () => {
    const chunks = await collect(modelAt(config).reply({ ...asking('slow'), maxTokens: 16 }, signal));
    expect(chunks.at(-1)).toEqual({ type: 'end', reason: 'length' });
  });

  it('is interrupted in the middle of a word', async () => {
    const controller = new AbortController();
    const reason = new Error('the caller speaks');
    const heard: ReplyChunk[] = [];
    const listening = (async () => {
      for await (const chunk of modelAt(config).reply(asking('slow'), controller.signal)) {
        heard.push(chunk);
        controller.abort(reason);
      }
    })();
    await expect(listening).rejects.toBe(reason);
    expect(heard.length).toBeLessThan(200);
  });

  it('may be left in the middle, and answers the next', async () => {
    const model = modelAt(config);
    for await (const chunk of model.reply(asking('slow'), signal)) if (chunk.type === 'text') break;
    expect(textOf(await collect(model.reply(asking('dispute'), signal)))).toContain('charge');
  });

  it('is not asked by a caller who has gone', async () => {
    const reason = new Error('gone');
    await expect(collect(modelAt(config).reply(asking('dispute'), AbortSignal.abort(reason)))).rejects.toBe(reason);
  });

  it('that is busy may be asked again', async () => {
    await expect(collect(modelAt(config).reply(asking('busy'), signal))).rejects.toMatchObject({
      port: 'language-model',
      retryable: true,
      status: 429,
    });
  });

  it('that does not know the key need not be', async () => {
    const model = modelAt({ ...config, apiKey: 'wrong' });
    await expect(collect(model.reply(asking('dispute'), signal))).rejects.toMatchObject({
      retryable: false,
      status: 401,
    });
  });

  it('that nobody serves may be asked again', async () => {
    const model = modelAt({ ...config, endpoint: 'http://127.0.0.1:1' });
    await expect(collect(model.reply(asking('dispute'), signal))).rejects.toMatchObject({
      retryable: true,
      status: undefined,
    });
  });

  it('whose filter stops the question ends the reply as filtered', async () => {
    const filtered: unknown[] = [];
    const observer: ModelObserver = { used: () => undefined, filtered: (categories) => void filtered.push(categories) };
    const chunks = await collect(modelAt(config, observer).reply(asking('rude'), signal));
    expect(chunks).toEqual([{ type: 'end', reason: 'filtered' }]);
    expect(filtered).toEqual([['prompt']]);
  });
});

describe('a stream from the model', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    server = undefined;
  });

  /** A server that sends these lines and then keeps the connection open, or closes it. */
  async function serving(events: readonly unknown[], end: 'close' | 'hang'): Promise<LanguageModelConfig> {
    return answering((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const event of events)
        response.write(`data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`);
      if (end === 'close') response.end();
    });
  }
  async function answering(answer: (response: ServerResponse) => void): Promise<LanguageModelConfig> {
    server = createServer((_request, response) => answer(response));
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return { ...config, endpoint: `http://127.0.0.1:${port}`, chunkTimeoutMs: 200 };
  }
  const choice = (delta: object, finishReason: string | null = null, more: object = {}) => ({
    choices: [{ index: 0, delta, finish_reason: finishReason, ...more }],
  });

  it('that goes silent is given up, and may be tried again', async () => {
    const model = modelAt(await serving([choice({ content: 'I can' })], 'hang'));
    await expect(collect(model.reply(asking('x'), signal))).rejects.toMatchObject({
      port: 'language-model',
      retryable: true,
    });
  });

  it('that breaks off is no reply', async () => {
    const model = modelAt(await serving([choice({ content: 'I can' })], 'close'));
    await expect(collect(model.reply(asking('x'), signal))).rejects.toMatchObject({ retryable: true });
  });

  it('that is no JSON is a port error, which shows nothing of what was written', async () => {
    const model = modelAt(await serving(['My PIN is 4711'], 'close'));
    const error: unknown = await collect(model.reply(asking('x'), signal)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'PortError', retryable: true });
    expect(inspect(error)).not.toMatch(/PIN|4711/);
  });

  it('that has said why it ends is complete, though its last line never comes', async () => {
    const model = modelAt(await serving([choice({ content: 'Yes.' }), choice({}, 'stop')], 'hang'));
    expect((await collect(model.reply(asking('x'), signal))).at(-1)).toEqual({ type: 'end', reason: 'complete' });
  });

  it.each(['\n', '\r\n', '\r'])('is read whatever it is cut into, with lines that end in %j', async (lineEnd) => {
    const lines = [
      ': a comment',
      '',
      `data: ${JSON.stringify(choice({ content: 'Grüß Gott, ' }))}`,
      '',
      `data:${JSON.stringify(choice({ content: '你好 👋' }, 'stop'))}`,
      '',
      // The empty line after the last event is left out.
      'data: [DONE]',
    ];
    const bytes = Buffer.from(lines.join(lineEnd));
    const config = await answering((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const writeFrom = (at: number): void => {
        if (at >= bytes.length) response.end();
        else response.write(bytes.subarray(at, at + 7), () => setImmediate(writeFrom, at + 7));
      };
      writeFrom(0);
    });
    const chunks = await collect(modelAt(config).reply(asking('x'), signal));
    expect(textOf(chunks)).toBe('Grüß Gott, 你好 👋');
    expect(chunks.at(-1)).toEqual({ type: 'end', reason: 'complete' });
  });

  it('gives words that come together in one piece', async () => {
    const events = [choice({ content: 'I ' }), choice({ content: 'can.' }), choice({}, 'stop'), '[DONE]'];
    const text = events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`);
    const model = modelAt(await answering((response) => response.end(text.join(''))));
    expect(await collect(model.reply(asking('x'), signal))).toEqual([
      { type: 'text', text: 'I can.' },
      { type: 'end', reason: 'complete' },
    ]);
  });

  it.each([
    ['as an event of its own', 'event: error\ndata: {"code":"server_error"}\n\n'],
    ['in a chunk', 'data: {"error":{"code":"server_error","message":"overloaded"}}\n\n'],
  ])('that reports an error %s is no reply', async (_, event) => {
    const model = modelAt(await answering((response) => response.end(event)));
    await expect(collect(model.reply(asking('x'), signal))).rejects.toMatchObject({
      port: 'language-model',
      retryable: true,
      code: 'server_error',
      status: undefined,
    });
  });

  it.each(['{"error":{"code":"429"}}', '"busy"', ''])('that is refused with %j tells how long', async (body) => {
    const config = await answering((response) => response.writeHead(429, { 'retry-after': '7' }).end(body));
    await expect(collect(modelAt(config).reply(asking('x'), signal))).rejects.toMatchObject({
      status: 429,
      retryAfterMs: 7_000,
    });
  });

  it('with two tool calls mixed gives each whole', async () => {
    const piece = (index: number, more: object) => choice({ tool_calls: [{ index, ...more }] });
    const model = modelAt(
      await serving(
        [
          { choices: [], prompt_filter_results: [] },
          piece(1, { id: 'b', type: 'function', function: { name: 'look_up', arguments: '' } }),
          piece(0, { id: 'a', type: 'function', function: { name: 'transfer_to_person', arguments: '{"q' } }),
          piece(1, { function: { arguments: '{}' } }),
          piece(0, { function: { arguments: '":1}' } }),
          choice({}, 'tool_calls'),
          '[DONE]',
        ],
        'close',
      ),
    );
    expect(await collect(model.reply(asking('x'), signal))).toEqual([
      // That it has begun.
      { type: 'text', text: '' },
      { type: 'tool-call', call: { id: 'a', name: 'transfer_to_person', argumentsJson: '{"q":1}' } },
      { type: 'tool-call', call: { id: 'b', name: 'look_up', argumentsJson: '{}' } },
      { type: 'end', reason: 'complete' },
    ]);
  });

  it('that the filter cuts says so, and which category it was', async () => {
    const filtered: (readonly string[])[] = [];
    const results = { violence: { filtered: true, severity: 'high' }, hate: { filtered: false, severity: 'safe' } };
    const model = modelAt(
      await serving(
        [choice({ content: 'I' }), choice({}, 'content_filter', { content_filter_results: results })],
        'close',
      ),
      { used: () => undefined, filtered: (categories) => void filtered.push(categories) },
    );
    expect((await collect(model.reply(asking('x'), signal))).at(-1)).toEqual({ type: 'end', reason: 'filtered' });
    expect(filtered).toEqual([['violence']]);
  });
});
