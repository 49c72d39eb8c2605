import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import type { SpeechService } from '#adapters/azure-speech/settings';
import { azureSpeechToText } from '#adapters/azure-speech/speech-to-text';
import { azureTextToSpeech, type AzureTextToSpeech } from '#adapters/azure-speech/text-to-speech';
import type { Transcript, TranscriptStream } from '#core/ports/speech-to-text';
import type { SpeechChunk } from '#core/ports/text-to-speech';
import { collect } from '../../support/collect.ts';
import { startSpeechServer, type SpeechServer } from '../../../emulator/speech/server.ts';

const KEY = 'a key for the tests';
const FRAME_SAMPLES = 320;
const log = pino({ level: 'silent' });
const { signal } = new AbortController();

let emulator: SpeechServer;
let service: SpeechService;
beforeAll(async () => {
  emulator = await startSpeechServer({ listen: { host: '127.0.0.1', port: 0 }, key: KEY, threads: 2, log });
  service = hostService(emulator.url);
  await put('phrases/test', { language: 'en-US', phrases: ['I want to dispute a charge', 'Yes please'] });
});
afterAll(() => emulator.close());
afterEach(() => put('faults', { recognition: null, synthesis: null }));

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

describe('the ear', () => {
  const options = { language: 'en-US', phrases: ['dispute'] };
  const open = (): Promise<TranscriptStream> => azureSpeechToText(service, log).open(options, signal);

  async function spoken(text: string): Promise<Int16Array> {
    const response = await fetch(`${emulator.url}/control/tts`, { method: 'POST', body: JSON.stringify({ text }) });
    const wav = Buffer.from(await response.arrayBuffer()).subarray(44);
    const pause = Buffer.alloc(800 * 32);
    const bytes = Buffer.concat([pause.subarray(0, 400 * 32), wav, pause]);
    return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  }
  const pushAll = (stream: TranscriptStream, pcm: Int16Array): void => {
    for (let at = 0; at < pcm.length; at += FRAME_SAMPLES) stream.push(pcm.subarray(at, at + FRAME_SAMPLES));
  };
  async function until(
    stream: AsyncIterator<Transcript>,
    wanted: (transcript: Transcript) => boolean,
  ): Promise<Transcript[]> {
    const heard: Transcript[] = [];
    for (;;) {
      const next = await stream.next();
      if (next.done === true) throw new Error('ended');
      heard.push(next.value);
      if (wanted(next.value)) return heard;
    }
  }

  it('hears words while they are spoken, and then for good, with confidence and times', async () => {
    const stream = await open();
    const transcripts = stream[Symbol.asyncIterator]();
    pushAll(stream, await spoken('I want to dispute a charge'));
    const first = await until(transcripts, ({ type }) => type === 'final');
    expect(first[0]?.type).toBe('partial');
    expect(first.at(-1)).toMatchObject({ type: 'final', text: 'I want to dispute a charge' });
    const final = first.at(-1) as Extract<Transcript, { type: 'final' }>;
    expect(final.confidence).toBeGreaterThan(0.5);
    expect(final.startMs).toBeGreaterThanOrEqual(300);
    expect(final.endMs).toBeGreaterThan(final.startMs + 500);
    pushAll(stream, await spoken('Yes please'));
    const second = (await until(transcripts, ({ type }) => type === 'final')).at(-1);
    expect(second).toMatchObject({ text: 'Yes please' });
    expect(second!.startMs).toBeGreaterThan(final.endMs);
    await stream.close();
    expect(await transcripts.next()).toMatchObject({ done: true });
  });

  it('closes once, and takes no more audio then', async () => {
    const stream = await open();
    await Promise.all([stream.close(), stream.close()]);
    stream.push(new Int16Array(FRAME_SAMPLES));
    expect(await collect(stream)).toEqual([]);
  });

  it('cannot open with a wrong key', async () => {
    const wrong = azureSpeechToText(hostService(emulator.url, 'wrong'), log);
    await expect(wrong.open(options, signal)).rejects.toMatchObject({ name: 'PortError', port: 'speech-to-text' });
  });

  it('cannot open where nobody serves', async () => {
    const nowhere = azureSpeechToText(hostService('http://127.0.0.1:1'), log);
    await expect(nowhere.open(options, signal)).rejects.toMatchObject({ port: 'speech-to-text', retryable: true });
  });

  it('does not open for a call that is over', async () => {
    const reason = new Error('the caller hung up');
    await expect(azureSpeechToText(service, log).open(options, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('fails its listener when the service fails', async () => {
    await put('faults', { recognition: { mode: 'error' } });
    const listening = open().then(async (stream) => {
      try {
        pushAll(stream, await spoken('Yes please'));
        return await collect(stream);
      } finally {
        await stream.close();
      }
    });
    await expect(listening).rejects.toMatchObject({ name: 'PortError', port: 'speech-to-text' });
  });

  it('leaves no socket open when it closes', async () => {
    const server = await silentServer();
    try {
      const streams = await Promise.all(
        [1, 2, 3].map(() => azureSpeechToText(server.service, log).open(options, signal)),
      );
      expect(server.sockets()).toBe(3);
      await Promise.all(streams.map((stream) => stream.close()));
      await expect.poll(() => server.sockets()).toBe(0);
    } finally {
      await server.close();
    }
  });
});

describe('the voice', () => {
  let voice: AzureTextToSpeech;
  beforeAll(() => {
    voice = azureTextToSpeech(service);
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

  it('may be left in the middle', async () => {
    for await (const chunk of voice.speak(utterance('A long story. '.repeat(10)), signal))
      if (chunk.type === 'audio') break;
    expect(samplesOf(await collect(voice.speak(utterance('Go on.'), signal)))).toBeGreaterThan(0);
  });

  it('tries once more when a socket that waited turns out to be dead', async () => {
    const spare = azureTextToSpeech(service);
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
    const fresh = azureTextToSpeech(service);
    await expect(collect(fresh.speak(utterance('Hello.'), signal))).rejects.toMatchObject({
      name: 'PortError',
      port: 'text-to-speech',
    });
    fresh.close();
  });

  it('gives up when the service says nothing', async () => {
    await put('faults', { synthesis: { mode: 'hang' } });
    const fresh = azureTextToSpeech(service);
    await expect(collect(fresh.speak(utterance('Hello.'), signal))).rejects.toMatchObject({ retryable: true });
    fresh.close();
  });

  it('leaves no socket open when it closes', async () => {
    const server = await silentServer();
    try {
      const spare = azureTextToSpeech(server.service);
      spare.warm();
      await expect.poll(() => server.sockets()).toBe(1);
      spare.close();
      await expect.poll(() => server.sockets()).toBe(0);
    } finally {
      await server.close();
    }
  });
});
