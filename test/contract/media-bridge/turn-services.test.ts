import { noTelemetry } from '#adapters/telemetry/no-telemetry';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { languageModelSettings } from '#adapters/azure-openai/settings';
import { recognitionSettings } from '#adapters/azure-speech/recognition-settings';
import { speechSettings } from '#adapters/azure-speech/settings';
import { systemClock } from '#adapters/clock/system-clock';
import { promptCacheSettings } from '#adapters/resilience/settings';
import { loadSettings, type Environment } from '#adapters/settings/load-settings';
import type { ModelRequest } from '#core/ports/language-model';
import { startOpenAiServer, type OpenAiServer } from '../../../emulator/openai/server.ts';
import { startSpeechServer, type SpeechServer } from '../../../emulator/speech/server.ts';
import { turnServices, type TurnServices } from '../../../media-bridge/turn-services.ts';
import { capturedLog } from '../../support/captured-log.ts';
import { collect } from '../../support/collect.ts';
import { startCountingProxy, type CountingProxy } from '../../support/counting-proxy.ts';

const KEY = 'a key for the tests';
const NOWHERE = '127.0.0.1:1';
const { signal } = new AbortController();
const utterance = {
  ssml: '<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="en-US"><voice name="en-US-AvaMultilingualNeural">One moment.</voice></speak>',
};
const request: ModelRequest = { messages: [{ role: 'user', text: 'hello' }], tools: [], maxTokens: 50 };

let openAi: OpenAiServer;
let speech: SpeechServer;
let proxies: readonly [CountingProxy, CountingProxy];
beforeAll(async () => {
  const options = { listen: { host: '127.0.0.1', port: 0 }, log: pino({ level: 'silent' }) };
  openAi = await startOpenAiServer({ ...options, apiKey: KEY, deployments: [], wordDelayMs: 0 });
  speech = await startSpeechServer({ ...options, key: KEY, threads: 2 });
});
beforeEach(async () => {
  proxies = [await startCountingProxy(openAi.url), await startCountingProxy(speech.url)];
  return async () => {
    await Promise.all(proxies.map((proxy) => proxy.close()));
  };
});
afterAll(() => Promise.all([openAi.close(), speech.close()]));

/** Where the emulators are, as the bridge's settings say it. */
function servedAt(which: 'first' | 'second'): Environment {
  const [model, voice] = proxies.map(({ url }) => url);
  const wsUrl = (voice ?? '').replace('http:', 'ws:');
  const here = { SPEECH_KEY: KEY, OPENAI_API_KEY: KEY, OPENAI_DEPLOYMENT: 'gpt', ALLOW_INSECURE_URLS: 'true' };
  if (which === 'first') return { ...here, SPEECH_ENDPOINT: wsUrl, OPENAI_ENDPOINT: model };
  return {
    ...here,
    SPEECH_ENDPOINT: `ws://${NOWHERE}`,
    OPENAI_ENDPOINT: `http://${NOWHERE}`,
    SPEECH_SECONDARY_ENDPOINT: wsUrl,
    SPEECH_SECONDARY_KEY: KEY,
    OPENAI_SECONDARY_ENDPOINT: model,
    OPENAI_SECONDARY_API_KEY: KEY,
  };
}

function servicesFor(env: Environment): TurnServices & Pick<ReturnType<typeof capturedLog>, 'lines'> {
  const fragments = {
    speech: speechSettings,
    recognition: recognitionSettings,
    languageModel: languageModelSettings,
    promptCache: promptCacheSettings,
  };
  const { log, lines } = capturedLog();
  return { ...turnServices(loadSettings('test', fragments, env), systemClock(), log, noTelemetry), lines };
}

describe('what hears, thinks and speaks in a call', () => {
  it('works with the second services when nobody serves the first', async () => {
    const { model, textToSpeech, speechToText, close } = servicesFor(servedAt('second'));
    expect(await collect(model.reply(request, signal))).not.toEqual([]);
    expect(await collect(textToSpeech.speak(utterance, signal))).not.toEqual([]);
    await (await speechToText.open({ languages: ['en-US'], phrases: [] }, signal)).close();
    close();
  });

  it('has connections and prompts before the first call, and leaves nothing open', async () => {
    const { textToSpeech, warm, close, lines } = servicesFor(servedAt('first'));
    warm([{ ...utterance, fixed: true }]);
    await expect.poll(() => lines.map(({ msg }) => msg), { timeout: 5_000 }).toContain('prompts prepared');
    await expect.poll(() => proxies.map(({ open }) => open)).toEqual([4, 9]);
    for (const proxy of proxies) proxy.cut();
    expect(await collect(textToSpeech.speak({ ...utterance, fixed: true }, signal))).not.toEqual([]);
    close();
    await expect.poll(() => proxies.map(({ open }) => open)).toEqual([0, 0]);
  });
});
