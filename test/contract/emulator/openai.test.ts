import { pino } from 'pino';
import OpenAI, { APIError, AzureOpenAI } from 'openai';
import type {
  ChatCompletionChunk,
  ChatCompletionMessageParam,
  ChatCompletionTool,
} from 'openai/resources/chat/completions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOpenAiServer, type OpenAiServer } from '../../../emulator/openai/server.ts';

const KEY = 'a key for the tests';
const transferTool: ChatCompletionTool = {
  type: 'function',
  function: { name: 'transfer_to_person', parameters: { type: 'object' } },
};
const asks = (content: string): ChatCompletionMessageParam[] => [
  { role: 'system', content: 'You help Maria Lopez.' },
  { role: 'user', content },
];

let server: OpenAiServer;
let client: AzureOpenAI;
beforeAll(async () => {
  const log = pino({ level: 'silent' });
  const options = { apiKey: KEY, deployments: ['gpt-test'], wordDelayMs: 1, log };
  server = await startOpenAiServer({ listen: { host: '127.0.0.1', port: 0 }, ...options });
  client = azure('gpt-test');
  await putScript('demo', [
    { when: { said: 'dispute' }, reply: 'I can help with that charge.' },
    {
      when: { said: 'person' },
      reply: 'One moment.',
      tool: { name: 'transfer_to_person', arguments: { queue: 'billing', reason: 'dispute' } },
    },
    { when: { after_tool: 'transfer_to_person' }, reply: 'I am transferring you now.' },
    { when: { said: 'busy' }, error: { status: 429, code: 'rate_limit_exceeded' } },
    { when: { said: 'rude' }, error: { status: 400, code: 'content_filter' } },
    { when: { said: 'once' }, reply: 'Only once.', times: 1 },
    { when: { said: 'slow' }, reply: 'word '.repeat(200), delay_ms: 5 },
    { json: { summary: 'disputes a charge' } },
  ]);
});
afterAll(() => server.close());

function azure(deployment: string, apiKey = KEY): AzureOpenAI {
  return new AzureOpenAI({ endpoint: server.url, apiKey, deployment, apiVersion: '2024-10-21', maxRetries: 0 });
}

function putScript(id: string, rules: readonly object[]): Promise<Response> {
  return fetch(`${server.url}/control/scripts/${id}`, { method: 'PUT', body: JSON.stringify({ rules }) });
}

async function streamed(
  messages: ChatCompletionMessageParam[],
  tools?: ChatCompletionTool[],
): Promise<ChatCompletionChunk[]> {
  const stream = await client.chat.completions.create({
    model: 'gpt-test',
    messages,
    stream: true,
    stream_options: { include_usage: true },
    ...(tools && { tools }),
  });
  const chunks: ChatCompletionChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

async function errorOf(request: Promise<unknown>): Promise<APIError> {
  const error: unknown = await request.catch((reason: unknown) => reason);
  if (!(error instanceof APIError)) throw new Error('expected the service to refuse');
  return error;
}

describe('the OpenAI client streaming from a script', () => {
  it('gets the words one by one, why it ended, and the usage last', async () => {
    const chunks = await streamed(asks('I want to dispute a charge'));
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe('I can help with that charge.');
    expect(chunks[0]).toMatchObject({ choices: [], prompt_filter_results: [{ prompt_index: 0 }] });
    expect(chunks[1]?.choices[0]?.delta.role).toBe('assistant');
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 6 } });
  });

  it('gets a tool call in pieces that join to its arguments', async () => {
    const chunks = await streamed(asks('a person please'), [transferTool]);
    const pieces = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []);
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces[0]).toMatchObject({ index: 0, type: 'function', function: { name: 'transfer_to_person' } });
    const joined = pieces.map((piece) => piece.function?.arguments ?? '').join('');
    expect(JSON.parse(joined)).toEqual({ queue: 'billing', reason: 'dispute' });
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('tool_calls');
  });

  it('can leave in the middle, and the next request is answered', async () => {
    const stream = await client.chat.completions.create({ model: 'gpt-test', messages: asks('slow'), stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    const next = await client.chat.completions.create({ model: 'gpt-test', messages: asks('dispute') });
    expect(next.choices[0]?.message.content).toBe('I can help with that charge.');
  });
});

describe('the OpenAI client asking for a whole answer', () => {
  it('gets what follows a tool result', async () => {
    const call = { id: 'call_1', type: 'function', function: { name: 'transfer_to_person', arguments: '{}' } } as const;
    const answer = await client.chat.completions.create({
      model: 'gpt-test',
      messages: [
        ...asks('a person please'),
        { role: 'assistant', tool_calls: [call] },
        { role: 'tool', tool_call_id: 'call_1', content: 'ok' },
      ],
      tools: [transferTool],
    });
    expect(answer.choices[0]?.message.content).toBe('I am transferring you now.');
    expect(answer.choices[0]).toHaveProperty('content_filter_results.hate.severity', 'safe');
  });

  it('gets JSON when it asks for JSON', async () => {
    const answer = await client.chat.completions.create({
      model: 'gpt-test',
      messages: asks('I want to dispute a charge'),
      response_format: { type: 'json_object' },
    });
    expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toEqual({ summary: 'disputes a charge' });
  });

  it('is told in plain words that no script has an answer', async () => {
    const answer = await client.chat.completions.create({
      model: 'gpt-test',
      messages: asks('quantum chromodynamics'),
    });
    expect(answer.choices[0]?.message.content).toContain('I did not understand');
  });

  it('is cut at the number of tokens it allows', async () => {
    const request = { model: 'gpt-test', messages: asks('dispute'), max_tokens: 3 };
    const answer = await client.chat.completions.create(request);
    expect(answer.choices[0]).toMatchObject({ finish_reason: 'length', message: { content: 'I can help' } });
  });

  it('is answered on the v1 path with the key as bearer token', async () => {
    const plain = new OpenAI({ baseURL: `${server.url}/openai/v1`, apiKey: KEY, maxRetries: 0 });
    const answer = await plain.chat.completions.create({ model: 'gpt-test', messages: asks('dispute') });
    expect(answer.model).toBe('gpt-test');
  });
});

describe('the service refusing', () => {
  it.each([
    ['a busy deployment', 'busy', 429, 'rate_limit_exceeded'],
    ['a prompt its filter stops', 'rude', 400, 'content_filter'],
  ])('says so for %s', async (_what, said, status, code) => {
    const error = await errorOf(client.chat.completions.create({ model: 'gpt-test', messages: asks(said) }));
    expect(error).toMatchObject({ status, code });
  });

  it('does not know a deployment that is not there', async () => {
    const request = azure('gpt-other').chat.completions.create({ model: 'gpt-other', messages: asks('dispute') });
    expect(await errorOf(request)).toMatchObject({ status: 404, code: 'DeploymentNotFound' });
  });

  it('does not take a wrong key', async () => {
    const request = azure('gpt-test', 'wrong').chat.completions.create({
      model: 'gpt-test',
      messages: asks('dispute'),
    });
    expect(await errorOf(request)).toMatchObject({ status: 401, code: '401' });
  });

  it.each([
    ['no JSON', 'no json', 400],
    ['no messages', '{}', 400],
    ['an unknown role', '{"messages":[{"role":"king","content":"x"}]}', 400],
    ['five megabytes', JSON.stringify({ messages: [{ role: 'user', content: 'x'.repeat(5_000_000) }] }), 413],
  ])('answers a body with %s, and stays up', async (_what, body, status) => {
    const path = '/openai/deployments/gpt-test/chat/completions?api-version=2024-10-21';
    const response = await fetch(server.url + path, { method: 'POST', headers: { 'api-key': KEY }, body });
    expect(response.status).toBe(status);
    expect((await fetch(`${server.url}/control/health`)).status).toBe(200);
  });

  it('names the rule whose pattern is wrong', async () => {
    const response = await putScript('broken', [{ reply: 'fine' }, { when: { said: '(' }, reply: 'never' }]);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('rules[1].when.said');
  });

  it('uses a rule no more often than it says', async () => {
    const ask = () => client.chat.completions.create({ model: 'gpt-test', messages: asks('once') });
    const [first, second] = [await ask(), await ask()];
    expect(first.choices[0]?.message.content).toBe('Only once.');
    expect(second.choices[0]?.message.content).toContain('I did not understand');
  });
});
