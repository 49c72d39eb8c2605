import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as setTimeoutAsync } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { azureLanguageModel, type AzureLanguageModel } from '#adapters/azure-openai/language-model';
import { azureTextToSpeech, type AzureTextToSpeech } from '#adapters/azure-speech/text-to-speech';
import type { ModelRequest } from '#core/ports/language-model';
import { startSpeechServer, type SpeechServer } from '../../../emulator/speech/server.ts';
import { collect } from '../../support/collect.ts';
import { startHttpRecorder } from '../../support/http-recorder.ts';
import { startCountingProxy, type CountingProxy } from '../../support/counting-proxy.ts';

const { signal } = new AbortController();

describe('connections to the model', () => {
  const request: ModelRequest = { messages: [{ role: 'user', text: 'hello' }], tools: [], maxTokens: 50 };
  let server: Server;
  let model: AzureLanguageModel;
  let made: number;
  /** Requests that wait for an answer, and what has to be done with the next. */
  let waiting: ServerResponse[];
  let onRequest: (response: ServerResponse, socket: Socket) => void;
  const answer = (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(
      'data: {"choices":[{"index":0,"delta":{"content":"Yes."},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
    );
  };

  beforeEach(async () => {
    made = 0;
    waiting = [];
    onRequest = answer;
    server = createServer((incoming, response) => {
      incoming.resume().on('end', () => onRequest(response, incoming.socket));
    });
    // No hint how long connections live: as far as known, Azure gives none.
    server.keepAliveTimeout = 0;
    server.on('connection', () => (made += 1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    model = modelWith(0, 'k');
  });
  afterEach(async () => {
    model.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  function modelWith(spareConnections: number, apiKey: string | undefined): AzureLanguageModel {
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const config = { endpoint, apiKey, deployment: 'gpt', apiVersion: '2024-10-21', chunkTimeoutMs: 5_000 };
    return azureLanguageModel(config, { spareConnections });
  }
  const ask = () => collect(model.reply(request, signal));
  const open = (): Promise<number> =>
    new Promise((resolve, reject) =>
      server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
    );
  /** Asks that many at once and answers them when all have arrived: none waits for another's connection. */
  async function askAtOnce(count: number): Promise<void> {
    onRequest = (response) => {
      waiting.push(response);
      if (waiting.length === count) for (const each of waiting.splice(0)) answer(each);
    };
    await Promise.all(Array.from({ length: count }, ask));
  }

  it('serve one reply after the other', async () => {
    for (let reply = 0; reply < 5; reply += 1) await ask();
    expect(made).toBe(1);
  });

  it('are there for a hundred replies at once, and for the next hundred', async () => {
    await askAtOnce(100);
    expect(made).toBe(100);
    await askAtOnce(100);
    expect(made).toBe(100);
  });

  it('are open before the first reply', async () => {
    model = modelWith(4, 'k');
    model.warm();
    model.warm();
    await expect.poll(() => made).toBe(4);
    // They are there for replies once their first answers, to nothing in particular, have been read.
    await expect
      .poll(async () => {
        const before = made;
        await askAtOnce(4);
        return made - before;
      })
      .toBe(0);
  });

  it('that the server closed are replaced without anybody noticing', async () => {
    await ask();
    server.closeIdleConnections();
    expect(await ask()).toHaveLength(2);
  });

  it('that the server closes at the very moment of a request are replaced too', async () => {
    await ask();
    onRequest = (_response, socket) => {
      onRequest = answer;
      socket.destroy();
    };
    expect(await ask()).toHaveLength(2);
    expect(made).toBe(2);
  });

  it('that are new and fail are a failed request: it may have been half answered', async () => {
    onRequest = (_response, socket) => socket.destroy();
    await expect(ask()).rejects.toMatchObject({ port: 'language-model', retryable: true });
    expect(made).toBe(1);
  });

  it('that break in the middle of an answer do not ask again', async () => {
    await ask();
    let requests = 0;
    onRequest = (response, socket) => {
      requests += 1;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"choices":[{"index":0,"delta":{"content":"Yes"},"finish_reason":null}]}\n\n', () =>
        setTimeout(() => socket.resetAndDestroy(), 20),
      );
    };
    await expect(ask()).rejects.toMatchObject({ port: 'language-model', retryable: true });
    await setTimeoutAsync(50);
    expect([requests, made]).toEqual([1, 1]);
  });

  it('serve the next reply though an answer ends a moment after its last word, and not when it never ends', async () => {
    const endAfter = (ms: number) => (response: ServerResponse) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(
        'data: {"choices":[{"index":0,"delta":{"content":"Yes."},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
      );
      setTimeout(() => response.end(), ms).unref();
    };
    onRequest = endAfter(20);
    await ask();
    await setTimeoutAsync(100);
    onRequest = endAfter(60_000);
    await ask();
    expect(made).toBe(1);
    await expect.poll(open, { timeout: 4_000 }).toBe(0);
  });

  it('of a reply that was interrupted are closed: the service stops writing', async () => {
    onRequest = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"choices":[{"index":0,"delta":{"content":"Yes"},"finish_reason":null}]}\n\n');
    };
    const interrupted = new AbortController();
    const reason = new Error('the caller speaks');
    const speaking = (async () => {
      for await (const chunk of model.reply(request, interrupted.signal))
        if (chunk.type === 'text') interrupted.abort(reason);
    })();
    await expect(speaking).rejects.toBe(reason);
    await expect.poll(open).toBe(0);
  });

  it('do not wait for the first token: it is there', async () => {
    const identity = await startHttpRecorder();
    const expiresOn = String(Math.floor(Date.now() / 1_000) + 3_600);
    identity.respond({ status: 200, json: { access_token: 't', expires_on: expiresOn, token_type: 'Bearer' } });
    vi.stubEnv('IDENTITY_ENDPOINT', `${identity.url}/msi/token`);
    vi.stubEnv('IDENTITY_HEADER', 'secret');
    model = modelWith(1, undefined);
    model.warm();
    await expect.poll(() => identity.requests.length, { timeout: 5_000 }).toBe(1);
    vi.unstubAllEnvs();
    await identity.close();
  });

  it('are all closed with the model', async () => {
    await askAtOnce(3);
    model.close();
    await expect.poll(open).toBe(0);
  });
});

describe('sockets of the voice', () => {
  const KEY = 'a key for the tests';
  let emulator: SpeechServer;
  let proxy: CountingProxy;
  let voice: AzureTextToSpeech;
  beforeEach(async () => {
    const log = pino({ level: 'silent' });
    emulator = await startSpeechServer({ listen: { host: '127.0.0.1', port: 0 }, key: KEY, threads: 2, log });
    proxy = await startCountingProxy(emulator.url);
  });
  afterEach(async () => {
    voice.close();
    await proxy.close();
    await emulator.close();
  });
  function voiceWith(spareSockets: number): void {
    voice = azureTextToSpeech(
      { by: 'host', host: new URL(proxy.url.replace('http:', 'ws:')), key: KEY },
      { spareSockets },
    );
  }
  const speak = (): Promise<unknown> =>
    collect(
      voice.speak(
        {
          ssml: '<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="en-US"><voice name="en-US-AvaMultilingualNeural">Yes.</voice></speak>',
        },
        signal,
      ),
    );

  it('are open before the first word, and as many again as are in use', async () => {
    voiceWith(2);
    voice.warm();
    await expect.poll(() => proxy.open).toBe(2);
    const speaking = speak();
    await expect.poll(() => proxy.open).toBe(3);
    await speaking;
    await speak();
    expect(proxy.made).toBe(3);
  });

  it('come back to calls that take turns, however many', async () => {
    voiceWith(0);
    await Promise.all(Array.from({ length: 12 }, speak));
    await Promise.all(Array.from({ length: 12 }, speak));
    expect(proxy.made).toBe(12);
  });

  it('that died while they waited are noticed and replaced', async () => {
    voiceWith(1);
    voice.warm();
    await expect.poll(() => proxy.open).toBe(1);
    proxy.cut();
    await expect.poll(() => proxy.made, { timeout: 5_000 }).toBe(2);
    await speak();
  });

  it('are not opened again and again where nobody serves', async () => {
    voiceWith(3);
    await emulator.close();
    voice.warm();
    await expect.poll(() => proxy.made).toBe(3);
    await expect.poll(() => proxy.open).toBe(0);
    expect(proxy.made).toBe(3);
  });
});
