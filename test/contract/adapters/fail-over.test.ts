import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { azureLanguageModel, type AzureLanguageModel } from '#adapters/azure-openai/language-model';
import { azureSpeechToText } from '#adapters/azure-speech/speech-to-text';
import { azureTextToSpeech, type AzureTextToSpeech } from '#adapters/azure-speech/text-to-speech';
import { cachingTextToSpeech } from '#adapters/resilience/caching-text-to-speech';
import { failingOverEar, failingOverModel, failingOverVoice } from '#adapters/resilience/failing-over';
import type { LanguageModel, ModelRequest, ReplyChunk } from '#core/ports/language-model';
import type { SpeechChunk } from '#core/ports/text-to-speech';
import { startOpenAiServer, type OpenAiServer } from '../../../emulator/openai/server.ts';
import { startSpeechServer, type SpeechServer } from '../../../emulator/speech/server.ts';
import { capturedLog } from '../../support/captured-log.ts';
import { collect } from '../../support/collect.ts';
import { manualClock, type ManualClock } from '../../support/manual-clock.ts';

const KEY = 'a key for the tests';
/** Of the test's clock: it passes when a test says so. */
const PATIENCE_MS = 1_000;
const { signal } = new AbortController();
const quiet = pino({ level: 'silent' });
const listen = { host: '127.0.0.1', port: 0 };

async function put(url: string, path: string, body: unknown): Promise<void> {
  const response = await fetch(`${url}/control/${path}`, { method: 'PUT', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
}

/** Lets as much of the test's time pass as it takes. */
async function withTime<Result>(clock: ManualClock, work: Promise<Result>): Promise<Result> {
  const done = work.then(
    () => true,
    () => true,
  );
  while (!(await Promise.race([done, clock.advance(PATIENCE_MS).then(() => false)])));
  return work;
}

describe('a model with a second Azure deployment', () => {
  let servers: OpenAiServer[];
  let models: AzureLanguageModel[];
  beforeAll(async () => {
    const start = () => startOpenAiServer({ listen, apiKey: KEY, deployments: [], wordDelayMs: 1, log: quiet });
    servers = await Promise.all([start(), start()]);
    for (const [index, { url }] of servers.entries()) {
      const rules = [
        { when: { said: 'rude' }, error: { status: 400, code: 'content_filter' } },
        { when: { said: 'nothing' }, reply: '' },
        { reply: `From number ${index + 1}.` },
      ];
      await put(url, 'scripts/demo', { rules });
    }
  });
  beforeEach(() => {
    models = servers.map(({ url }) =>
      azureLanguageModel(
        { endpoint: url, apiKey: KEY, deployment: 'gpt', apiVersion: '2024-10-21', chunkTimeoutMs: 5_000 },
        { spareConnections: 0 },
      ),
    );
  });
  afterEach(async () => {
    for (const model of models) model.close();
    for (const { url } of servers) await put(url, 'faults', null);
  });
  afterAll(() => Promise.all(servers.map((server) => server.close())));

  function failingOver(deployments: readonly LanguageModel[] = models) {
    const clock = manualClock();
    const { log, lines } = capturedLog();
    const [first, ...others] = deployments;
    const model = failingOverModel([first!, ...others], { patienceMs: PATIENCE_MS, clock, log });
    const ask = async (text = 'hello'): Promise<string> => {
      const request: ModelRequest = { messages: [{ role: 'user', text }], tools: [], maxTokens: 50 };
      return textOf(await collect(model.reply(request, signal)));
    };
    return { ask, clock, lines };
  }
  const textOf = (chunks: readonly ReplyChunk[]): string =>
    chunks.map((chunk) => (chunk.type === 'text' ? chunk.text : '')).join('');

  it.each([
    ['cuts the connection', { mode: 'refuse' }],
    ['is busy', { mode: 'error', status: 429, retryAfterMs: 20_000 }],
    ['fails', { mode: 'error', status: 500 }],
    ['has lost our key', { mode: 'error', status: 401 }],
    ['answers garbage', { mode: 'garbage' }],
  ])('answers from the second when the first %s', async (_, fault) => {
    await put(servers[0]!.url, 'faults', fault);
    expect(await failingOver().ask()).toBe('From number 2.');
  });

  it.each([
    ['hangs', { mode: 'hang' }],
    ['is slow', { mode: 'slow', delayMs: 4_000 }],
  ])('answers from the second when the first %s', async (_, fault) => {
    await put(servers[0]!.url, 'faults', fault);
    const { ask, clock } = failingOver();
    expect(await withTime(clock, ask())).toBe('From number 2.');
  });

  it('leaves a busy deployment alone for as long as Azure asks', async () => {
    await put(servers[0]!.url, 'faults', { mode: 'error', status: 429, retryAfterMs: 20_000, times: 1 });
    const { ask, clock, lines } = failingOver();
    await ask();
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'service rests', restMs: 20_000 }));
    await clock.advance(19_000);
    expect(await ask()).toBe('From number 2.');
    await clock.advance(1_000);
    expect(await ask()).toBe('From number 1.');
  });

  it('says no word twice when the first is cut off in the middle', async () => {
    await put(servers[0]!.url, 'faults', { mode: 'cut', times: 1 });
    const { ask } = failingOver();
    await expect(ask()).rejects.toMatchObject({ port: 'language-model', retryable: true });
    expect(await ask()).toBe('From number 2.');
  });

  it('does not carry what a filter stopped to the second', async () => {
    const { ask, lines } = failingOver();
    expect(await ask('rude')).toBe('');
    expect(lines).toEqual([]);
  });

  it('gives up a reply with nothing in it when both have nothing', async () => {
    await expect(failingOver().ask('nothing')).rejects.toMatchObject({ code: 'empty_reply' });
  });

  it('without a second one is asked once more', async () => {
    await put(servers[0]!.url, 'faults', { mode: 'refuse', times: 1 });
    expect(await failingOver(models.slice(0, 1)).ask()).toBe('From number 1.');
  });
});

describe('speech with a second region', () => {
  let servers: SpeechServer[];
  let voices: AzureTextToSpeech[];
  const serviceOf = ({ url }: SpeechServer) => ({
    by: 'host' as const,
    host: new URL(url.replace('http:', 'ws:')),
    key: KEY,
  });
  beforeAll(async () => {
    servers = await Promise.all([1, 2].map(() => startSpeechServer({ listen, key: KEY, threads: 1, log: quiet })));
  });
  beforeEach(() => {
    voices = servers.map((server) => azureTextToSpeech(serviceOf(server), { spareSockets: 0 }));
  });
  afterEach(async () => {
    for (const voice of voices) voice.close();
    for (const { url } of servers) await put(url, 'faults', { synthesis: null, recognition: null });
  });
  afterAll(() => Promise.all(servers.map((server) => server.close())));

  const utterance = (text: string) => ({
    ssml: `<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="en-US"><voice name="en-US-AvaMultilingualNeural">${text}</voice></speak>`,
  });
  const heard = (chunks: readonly SpeechChunk[]): number =>
    chunks.reduce((sum, chunk) => sum + (chunk.type === 'audio' ? chunk.pcm.length : 0), 0);
  function speaking() {
    const clock = manualClock();
    const { log, lines } = capturedLog();
    const voice = failingOverVoice([voices[0]!, voices[1]!], { patienceMs: PATIENCE_MS, clock, log });
    return { voice, clock, log, lines };
  }

  it.each([
    ['refuses the socket', { mode: 'refuse' }],
    ['closes the socket', { mode: 'close' }],
  ])('speaks from the second when the first %s', async (_, fault) => {
    await put(servers[0]!.url, 'faults', { synthesis: fault });
    const { voice, lines } = speaking();
    expect(heard(await collect(voice.speak(utterance('Good morning.'), signal)))).toBeGreaterThan(0);
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'asked another service', service: 'secondary' }));
  });

  it.each([
    ['hangs', { mode: 'hang' }],
    ['answers garbage', { mode: 'garbage' }],
    ['is slow', { mode: 'slow', delayMs: 4_000 }],
  ])('speaks from the second when the first %s', async (_, fault) => {
    await put(servers[0]!.url, 'faults', { synthesis: fault });
    const { voice, clock } = speaking();
    const spoken = withTime(clock, collect(voice.speak(utterance('Good morning.'), signal)));
    expect(heard(await spoken)).toBeGreaterThan(0);
  });

  it('does not begin again when the first is cut off in the middle', async () => {
    await put(servers[0]!.url, 'faults', { synthesis: { mode: 'cut' } });
    const { voice, lines } = speaking();
    const story = utterance('A long story, told slowly. '.repeat(10));
    await expect(collect(voice.speak(story, signal))).rejects.toMatchObject({ port: 'text-to-speech' });
    expect(lines.map(({ msg }) => msg)).not.toContain('asked another service');
  });

  it('says a prompt that is ready when both regions are down', async () => {
    const { voice, clock, log } = speaking();
    const cache = cachingTextToSpeech(voice, { maxBytes: 1_000_000, clock, log });
    const prompt = { ...utterance('I am having trouble.'), fixed: true as const };
    await cache.prepare([prompt], signal);
    for (const { url } of servers) await put(url, 'faults', { synthesis: { mode: 'close' } });
    expect(heard(await collect(cache.speak(prompt, signal)))).toBeGreaterThan(0);
    await expect(collect(cache.speak(utterance('Anything else?'), signal))).rejects.toMatchObject({
      port: 'text-to-speech',
    });
  });

  it('listens with the second when the first refuses', async () => {
    await put(servers[0]!.url, 'faults', { recognition: { mode: 'refuse' } });
    const { log, lines } = capturedLog();
    const ears = servers.map((server) => azureSpeechToText(serviceOf(server), quiet, { segmentationSilenceMs: 500 }));
    const ear = failingOverEar([ears[0]!, ears[1]!], { patienceMs: PATIENCE_MS, clock: manualClock(), log });
    const stream = await ear.open({ languages: ['en-US'], phrases: [] }, signal);
    await stream.close();
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'asked another service', service: 'secondary' }));
  });
});
