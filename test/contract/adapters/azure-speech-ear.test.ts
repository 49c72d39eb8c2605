import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { loadSettings } from '#adapters/settings/load-settings';
import { recognitionSettings } from '#adapters/azure-speech/recognition-settings';
import type { SpeechService } from '#adapters/azure-speech/settings';
import { azureSpeechToText } from '#adapters/azure-speech/speech-to-text';
import type { SpeechToTextOptions, Transcript, TranscriptStream } from '#core/ports/speech-to-text';
import { collect } from '../../support/collect.ts';
import { formatTextFrame, parseBinaryFrame } from '../../../emulator/speech/protocol/frame.ts';
import { startSpeechServer, type SpeechServer } from '../../../emulator/speech/server.ts';

const KEY = 'a key for the tests';
const FRAME_SAMPLES = 320;
const MS_SAMPLES = 16;
const log = pino({ level: 'silent' });
const { signal } = new AbortController();
const english: SpeechToTextOptions = { languages: ['en-US'], phrases: ['dispute'] };

let emulator: SpeechServer;
let service: SpeechService;
beforeAll(async () => {
  emulator = await startSpeechServer({ listen: { host: '127.0.0.1', port: 0 }, key: KEY, threads: 2, log });
  service = hostService(emulator.url);
  await put('phrases/english', { language: 'en-US', phrases: ['I want to dispute a charge', 'Yes please'] });
  await put('phrases/spanish', { language: 'es-ES', phrases: ['Quiero hablar con una persona'] });
});
afterAll(() => emulator.close());
afterEach(() => put('faults', { recognition: null }));

function hostService(url: string, key = KEY): SpeechService {
  return { by: 'host', host: new URL(url.replace('http:', 'ws:')), key };
}

async function put(path: string, body: unknown, server = emulator): Promise<void> {
  const response = await fetch(`${server.url}/control/${path}`, { method: 'PUT', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
}

function ear(settings: Readonly<Record<string, string>> = {}, from = service): ReturnType<typeof azureSpeechToText> {
  return azureSpeechToText(from, log, loadSettings('test', { recognition: recognitionSettings }, settings).recognition);
}

async function spoken(text: string): Promise<Int16Array> {
  const response = await fetch(`${emulator.url}/control/tts`, { method: 'POST', body: JSON.stringify({ text }) });
  const wav = Buffer.from(await response.arrayBuffer()).subarray(44);
  return new Int16Array(wav.buffer.slice(wav.byteOffset, wav.byteOffset + wav.byteLength));
}

function quiet(durationMs: number): Int16Array {
  return new Int16Array(durationMs * MS_SAMPLES);
}

function pushAll(stream: TranscriptStream, ...sounds: readonly Int16Array[]): void {
  for (const pcm of sounds) {
    for (let at = 0; at < pcm.length; at += FRAME_SAMPLES) stream.push(pcm.subarray(at, at + FRAME_SAMPLES));
  }
}

async function until(
  transcripts: AsyncIterator<Transcript>,
  wanted: (transcript: Transcript) => boolean,
): Promise<Transcript[]> {
  const heard: Transcript[] = [];
  for (;;) {
    const next = await transcripts.next();
    if (next.done === true) throw new Error('ended');
    heard.push(next.value);
    if (wanted(next.value)) return heard;
  }
}

const isFinal = ({ type }: Transcript): boolean => type === 'final';

interface Visit {
  readonly url: URL;
  readonly messages: string[];
}

/** A server whose sockets open and then hear nothing said back. */
async function silentServer() {
  const visits: Visit[] = [];
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, request) => {
    const visit: Visit = { url: new URL(request.url ?? '', 'ws://silent'), messages: [] };
    visits.push(visit);
    socket.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) visit.messages.push(data.toString('utf8'));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    service: hostService(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    sockets: () => sockets.clients,
    visits,
    /** What the last visitor said in its `speech.context`. */
    context: (): string => visits.at(-1)?.messages.find((message) => message.includes('Path: speech.context')) ?? '',
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets.clients) socket.terminate();
        server.close(() => resolve());
      }),
  };
}

/** A server that settles on some of what it heard and then ends its turn; in the next it listens. */
async function forgetfulServer(afterFrames: number) {
  const settledFrames = afterFrames / 4;
  const turns: number[][] = [];
  const ids: string[] = [];
  const server = createServer();
  new WebSocketServer({ server }).on('connection', (socket) => {
    socket.on('message', (data: Buffer, isBinary) => {
      const parsed = isBinary ? parseBinaryFrame(data) : undefined;
      if (parsed?.ok !== true || parsed.frame.path !== 'audio') return;
      const { requestId, body } = parsed.frame;
      if (ids.at(-1) !== requestId) {
        ids.push(requestId);
        turns.push([]);
        socket.send(formatTextFrame('turn.start', requestId, { context: { serviceTag: 'test' } }));
      }
      const turn = turns.at(-1) ?? [];
      if (body.subarray(0, 4).toString('latin1') !== 'RIFF')
        for (let at = 0; at < body.length; at += 2) turn.push(body.readInt16LE(at));
      if (turns.length > 1 || turn.length < afterFrames * FRAME_SAMPLES) return;
      const phrase = { RecognitionStatus: 'InitialSilenceTimeout', Offset: 0, Duration: settledFrames * 20 * 10_000 };
      socket.send(formatTextFrame('speech.phrase', requestId, phrase));
      socket.send(formatTextFrame('turn.end', requestId, {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    service: hostService(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    /** Samples of each turn. */
    turns,
    settledFrames,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

let silent: Awaited<ReturnType<typeof silentServer>>;
beforeAll(async () => {
  silent = await silentServer();
});
afterAll(() => silent.close());

describe('the ear', () => {
  it('hears words while they are spoken, and then for good, with confidence and times', async () => {
    const stream = await ear().open(english, signal);
    const transcripts = stream[Symbol.asyncIterator]();
    pushAll(stream, quiet(400), await spoken('I want to dispute a charge'), quiet(800));
    const first = await until(transcripts, isFinal);
    expect(first.map(({ type }) => type)).toContain('partial');
    const final = first.at(-1) as Extract<Transcript, { type: 'final' }>;
    expect(final).toMatchObject({ text: 'I want to dispute a charge' });
    expect(final.confidence).toBeGreaterThan(0.5);
    expect(final.startMs).toBeGreaterThanOrEqual(300);
    expect(final.endMs).toBeGreaterThan(final.startMs + 500);
    expect(final).not.toHaveProperty('language');
    pushAll(stream, quiet(400), await spoken('Yes please'), quiet(800));
    const second = (await until(transcripts, isFinal)).at(-1) as typeof final;
    expect(second.text).toBe('Yes please');
    expect(second.startMs).toBeGreaterThan(final.endMs);
    await stream.close();
    expect(await transcripts.next()).toMatchObject({ done: true });
  });

  it('tells which of several languages is spoken, and follows the caller into another', async () => {
    const stream = await ear().open({ languages: ['en-US', 'es-ES'], phrases: [] }, signal);
    const transcripts = stream[Symbol.asyncIterator]();
    const heard: Transcript[] = [];
    for (const text of ['Yes please', 'Quiero hablar con una persona']) {
      pushAll(stream, quiet(400), await spoken(text), quiet(800));
      heard.push(...(await until(transcripts, isFinal)).slice(-1));
    }
    await stream.close();
    expect(heard).toMatchObject([
      { text: 'Yes please', language: 'en-US' },
      { text: 'Quiero hablar con una persona', language: 'es-ES' },
    ]);
  });

  it('shows that it is alive when it hears no words', async () => {
    const stream = await ear().open(english, signal);
    pushAll(stream, quiet(400), await spoken('The weather in Lisbon was wonderful'), quiet(800));
    const heard = await until(
      stream[Symbol.asyncIterator](),
      (transcript) => transcript.type === 'alive' && transcript.settledMs > 1_000,
    );
    expect(heard.every(({ type }) => type !== 'final')).toBe(true);
    await stream.close();
  });

  it('ends a phrase after as much silence as is set', async () => {
    const stream = await ear({ SPEECH_SEGMENTATION_SILENCE_MS: '1500' }).open(english, signal);
    pushAll(stream, await spoken('Yes please'), quiet(1_000), await spoken('Yes please'), quiet(1_600));
    const [settled] = await until(
      stream[Symbol.asyncIterator](),
      (transcript) => isFinal(transcript) || (transcript.type === 'alive' && transcript.settledMs > 0),
    ).then((heard) => heard.slice(-1));
    const endMs = settled?.type === 'alive' ? settled.settledMs : (settled?.endMs ?? 0);
    expect(endMs).toBeGreaterThan(1_500);
    await stream.close();
  });

  it('closes once, and takes no more audio then', async () => {
    const stream = await ear().open(english, signal);
    await Promise.all([stream.close(), stream.close()]);
    stream.push(new Int16Array(FRAME_SAMPLES));
    expect(await collect(stream)).toEqual([]);
  });
});

describe('what the service is asked', () => {
  it('is the plain path for one language', async () => {
    const stream = await ear({}, silent.service).open(english, signal);
    stream.push(new Int16Array(3_200));
    await expect.poll(() => silent.context()).toContain('segmentationSilenceTimeoutMs":500');
    expect(silent.visits.at(-1)?.url.pathname).toBe('/speech/recognition/conversation/cognitiveservices/v1');
    expect(silent.visits.at(-1)?.url.searchParams.get('language')).toBe('en-US');
    expect(silent.context()).toContain('dispute');
    await stream.close();
  });

  it('is identification that never stops for several', async () => {
    const stream = await ear({}, silent.service).open({ languages: ['en-US', 'es-ES'], phrases: [] }, signal);
    stream.push(new Int16Array(3_200));
    await expect.poll(() => silent.context()).toContain('"languages":["en-US","es-ES"],"mode":"DetectContinuous"');
    expect(silent.visits.at(-1)?.url.pathname).toBe('/stt/speech/universal/v2');
    expect(silent.visits.at(-1)?.url.searchParams.get('lidEnabled')).toBe('true');
    await stream.close();
  });
});

describe('an ear that cannot hear', () => {
  it('does not open with a wrong key', async () => {
    const wrong = ear({}, hostService(emulator.url, 'wrong'));
    await expect(wrong.open(english, signal)).rejects.toMatchObject({ name: 'PortError', port: 'speech-to-text' });
  });

  it('does not open where nobody serves', async () => {
    const nowhere = ear({}, hostService('http://127.0.0.1:1'));
    await expect(nowhere.open(english, signal)).rejects.toMatchObject({ port: 'speech-to-text', retryable: true });
  });

  it('does not open for a call that is over', async () => {
    const reason = new Error('the caller hung up');
    await expect(ear().open(english, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('asks once where it is refused: trying again is for whoever knows the call', async () => {
    await put('faults', { recognition: { mode: 'refuse', times: 1 } });
    await expect(ear().open(english, signal)).rejects.toMatchObject({ retryable: true });
    await (await ear().open(english, signal)).close();
  });

  it.each([
    ['fails', 'error'],
    ['closes the socket', 'close'],
    ['loses the socket in the middle of a word', 'cut'],
  ])('fails its listener when the service %s', async (_, mode) => {
    await put('faults', { recognition: { mode } });
    const stream = await ear().open(english, signal);
    pushAll(stream, quiet(400), await spoken('I want to dispute a charge'), quiet(800));
    await expect(collect(stream)).rejects.toMatchObject({ name: 'PortError', port: 'speech-to-text', retryable: true });
    await stream.close();
  });

  it('sends what is not settled once more when the service ends its turn in the middle of it', async () => {
    const service = await forgetfulServer(40);
    const stream = await ear({}, service.service).open(english, signal);
    const said = new Int16Array(100 * FRAME_SAMPLES).map((_, index) => index % 20_000);
    pushAll(stream, said.subarray(0, 50 * FRAME_SAMPLES));
    await expect.poll(() => service.turns.length).toBe(2);
    pushAll(stream, said.subarray(50 * FRAME_SAMPLES));
    // Before it begins again, the SDK sends what it was waiting for.
    const unsettled = [...said.subarray(service.settledFrames * FRAME_SAMPLES)];
    await expect.poll(() => service.turns[1]?.slice(-unsettled.length)).toEqual(unsettled);
    await stream.close();
    await service.close();
  });

  it('fails its listener also when the service goes away after words were heard', async () => {
    const other = await startSpeechServer({ listen: { host: '127.0.0.1', port: 0 }, key: KEY, threads: 1, log });
    await put('phrases/english', { language: 'en-US', phrases: ['Yes please'] }, other);
    const stream = await ear({}, hostService(other.url)).open(english, signal);
    const transcripts = stream[Symbol.asyncIterator]();
    pushAll(stream, quiet(400), await spoken('Yes please'), quiet(800));
    await until(transcripts, isFinal);
    const lost = until(transcripts, isFinal);
    await Promise.all([expect(lost).rejects.toMatchObject({ port: 'speech-to-text', retryable: true }), other.close()]);
    await stream.close();
  });

  it('leaves no socket open when it closes', async () => {
    const streams = await Promise.all([1, 2, 3].map(() => ear({}, silent.service).open(english, signal)));
    expect(silent.sockets().size).toBe(3);
    await Promise.all(streams.map((stream) => stream.close()));
    await expect.poll(() => silent.sockets().size).toBe(0);
  });

  it('leaves no socket open when one was lost', async () => {
    const stream = await ear({}, silent.service).open(english, signal);
    const failed = collect(stream);
    for (const socket of silent.sockets()) socket.terminate();
    await expect(failed).rejects.toMatchObject({ port: 'speech-to-text' });
    await stream.close();
    await expect.poll(() => silent.sockets().size).toBe(0);
  });
});
