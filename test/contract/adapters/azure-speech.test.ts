import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import type { SpeechService } from '#adapters/azure-speech/settings';
import { azureTextToSpeech, type AzureTextToSpeech } from '#adapters/azure-speech/text-to-speech';
import type { SpeechChunk } from '#core/ports/text-to-speech';
import { collect } from '../../support/collect.ts';
import { startCountingProxy } from '../../support/counting-proxy.ts';
import { startSpeechServer, type SpeechServer } from '../../../emulator/speech/server.ts';

const KEY = 'a key for the tests';
const log = pino({ level: 'silent' });
const { signal } = new AbortController();

let emulator: SpeechServer;
let service: SpeechService;
beforeAll(async () => {
  emulator = await startSpeechServer({ listen: { host: '127.0.0.1', port: 0 }, key: KEY, threads: 2, log });
  service = hostService(emulator.url);
});
afterAll(() => emulator.close());
afterEach(() => put('faults', { synthesis: null }));

function hostService(url: string, key = KEY): SpeechService {
  return { by: 'host', host: new URL(url.replace('http:', 'ws:')), key };
}

async function put(path: string, body: unknown): Promise<void> {
  const response = await fetch(`${emulator.url}/control/${path}`, { method: 'PUT', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
}

/** A server whose sockets open and then hear nothing said back. */
async function silentServer(): Promise<{
  service: SpeechService;
  sockets: () => number;
  close: () => Promise<void>;
}> {
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    service: hostService(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    sockets: () => sockets.clients.size,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets.clients) socket.terminate();
        server.close(() => resolve());
      }),
  };
}

describe('the voice', () => {
  let voice: AzureTextToSpeech;
  beforeAll(() => {
    voice = azureTextToSpeech(service, { spareSockets: 1 });
  });
  afterAll(() => voice.close());
  const utterance = (text: string) => ({
    ssml: `<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="en-US"><voice name="en-US-AvaMultilingualNeural">${text}</voice></speak>`,
  });
  const samplesOf = (chunks: readonly SpeechChunk[]): number =>
    chunks.reduce((sum, chunk) => sum + (chunk.type === 'audio' ? chunk.pcm.length : 0), 0);

  it('speaks as it goes, and says where each word is', async () => {
    const chunks = await collect(voice.speak(utterance('I can help with that charge.'), signal));
    expect(chunks.filter(({ type }) => type === 'audio').length).toBeGreaterThan(1);
    expect(samplesOf(chunks)).toBeGreaterThan(16_000);
    const words = chunks.flatMap((chunk) => (chunk.type === 'word' ? [chunk] : []));
    expect(words.map(({ text }) => text.toLowerCase())).toEqual(['i', 'can', 'help', 'with', 'that', 'charge']);
    expect(words.map(({ atMs }) => atMs)).toEqual(
      words.map(({ atMs }) => atMs).toSorted((left, right) => left - right),
    );
  });

  it('speaks several utterances at once, each whole', async () => {
    const spoken = await Promise.all(
      ['One.', 'One and two and three and four.'].map((text) => collect(voice.speak(utterance(text), signal))),
    );
    expect(samplesOf(spoken[1]!)).toBeGreaterThan(samplesOf(spoken[0]!));
  });

  it('falls silent at once when it is interrupted, and speaks the next', async () => {
    const controller = new AbortController();
    const reason = new Error('the caller speaks');
    const speaking = (async () => {
      for await (const chunk of voice.speak(utterance('A long story, told slowly. '.repeat(10)), controller.signal)) {
        if (chunk.type === 'audio') controller.abort(reason);
      }
    })();
    await expect(speaking).rejects.toBe(reason);
    expect(samplesOf(await collect(voice.speak(utterance('Go on.'), signal)))).toBeGreaterThan(0);
  });

  it('hangs up on no service because it was interrupted: what is left of the sentence is let go by', async () => {
    const proxy = await startCountingProxy(emulator.url);
    const interrupted = azureTextToSpeech(hostService(proxy.url), { spareSockets: 0 });
    try {
      const story = utterance('A long story, told slowly. It has two sentences.');
      for await (const chunk of interrupted.speak(story, signal)) if (chunk.type === 'audio') break;
      expect(samplesOf(await collect(interrupted.speak(utterance('Go on.'), signal)))).toBeGreaterThan(0);
      expect(proxy.open).toBe(proxy.made);
    } finally {
      interrupted.close();
      await proxy.close();
    }
  });

  it('may be left in the middle', async () => {
    for await (const chunk of voice.speak(utterance('A long story. '.repeat(10)), signal))
      if (chunk.type === 'audio') break;
    expect(samplesOf(await collect(voice.speak(utterance('Go on.'), signal)))).toBeGreaterThan(0);
  });

  it('tries once more when a socket that waited turns out to be dead', async () => {
    const spare = azureTextToSpeech(service, { spareSockets: 1 });
    spare.warm();
    await put('faults', { synthesis: { mode: 'close', times: 1 } });
    expect(samplesOf(await collect(spare.speak(utterance('Still here.'), signal)))).toBeGreaterThan(0);
    spare.close();
  });

  it.each([
    ['fails', { mode: 'error' }],
    ['closes the socket', { mode: 'close' }],
    ['refuses the socket', { mode: 'refuse' }],
  ])('is a port error when the service %s', async (_, fault) => {
    await put('faults', { synthesis: fault });
    const fresh = azureTextToSpeech(service, { spareSockets: 1 });
    await expect(collect(fresh.speak(utterance('Hello.'), signal))).rejects.toMatchObject({
      name: 'PortError',
      port: 'text-to-speech',
    });
    fresh.close();
  });

  it('gives up when the service says nothing', async () => {
    await put('faults', { synthesis: { mode: 'hang' } });
    const fresh = azureTextToSpeech(service, { spareSockets: 1 });
    await expect(collect(fresh.speak(utterance('Hello.'), signal))).rejects.toMatchObject({ retryable: true });
    fresh.close();
  });

  it('leaves no socket open when it closes', async () => {
    const server = await silentServer();
    try {
      const spare = azureTextToSpeech(server.service, { spareSockets: 1 });
      spare.warm();
      await expect.poll(() => server.sockets()).toBe(1);
      spare.close();
      await expect.poll(() => server.sockets()).toBe(0);
    } finally {
      await server.close();
    }
  });
});
