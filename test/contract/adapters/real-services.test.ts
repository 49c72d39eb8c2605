import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import { AzureOpenAI } from 'openai';
import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { azureLanguageModel } from '#adapters/azure-openai/language-model';
import { languageModelSettings } from '#adapters/azure-openai/settings';
import { speechSettings } from '#adapters/azure-speech/settings';
import { azureSpeechToText } from '#adapters/azure-speech/speech-to-text';
import { azureTextToSpeech } from '#adapters/azure-speech/text-to-speech';
import { loadSettings, type Environment } from '#adapters/settings/load-settings';
import type { ModelRequest } from '#core/ports/language-model';
import { startSpeechServer, type SpeechServer } from '../../../emulator/speech/server.ts';
import { collect } from '../../support/collect.ts';
import { startHttpRecorder, type HttpRecorder } from '../../support/http-recorder.ts';
import { startSpeechRelay, type SpeechRelay, type Upgrade } from '../../support/speech-relay.ts';

/**
 * What leaves the bridge when it is set up for Azure, as far as this machine can tell without Azure: compared with what Microsoft's and OpenAI's own
 * libraries send when they are told the same.
 */
const { signal } = new AbortController();
const TOKEN = 'a-token-of-this-identity';

/** An identity as App Service and Container Apps give it to a process. */
async function managedIdentity(): Promise<HttpRecorder> {
  const identity = await startHttpRecorder();
  const expiresOn = Math.floor(Date.now() / 1_000) + 3_600;
  identity.respond({ status: 200, json: { access_token: TOKEN, expires_on: String(expiresOn), token_type: 'Bearer' } });
  vi.stubEnv('IDENTITY_ENDPOINT', `${identity.url}/msi/token`);
  vi.stubEnv('IDENTITY_HEADER', 'secret');
  return identity;
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

describe('a request to Azure OpenAI', () => {
  interface Seen {
    readonly method: string | undefined;
    readonly url: string | undefined;
    readonly headers: IncomingHttpHeaders;
    readonly body: unknown;
  }
  const request: ModelRequest = {
    messages: [
      { role: 'system', text: 'You help.' },
      { role: 'user', text: 'My card was stolen' },
    ],
    tools: [{ name: 'end_call', description: 'Ends the call.', parameters: { type: 'object' } }],
    maxTokens: 200,
  };
  /** What an HTTP client says of itself and of its connection. */
  const OF_THE_CLIENT =
    /^(connection|host|accept-encoding|accept-language|sec-fetch-mode|content-length|transfer-encoding)$/;
  let server: Server;
  let seen: Seen[];
  let endpoint: string;
  beforeEach(async () => {
    seen = [];
    server = createServer((incoming, response) => {
      let text = '';
      incoming.on('data', (chunk: Buffer) => (text += chunk.toString()));
      incoming.on('end', () => {
        seen.push({ method: incoming.method, url: incoming.url, headers: incoming.headers, body: JSON.parse(text) });
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(
          'data: {"choices":[{"index":0,"delta":{"content":"Yes."},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );

  async function sent(env: Environment): Promise<Seen> {
    const settings = {
      OPENAI_ENDPOINT: endpoint,
      OPENAI_DEPLOYMENT: 'gpt-4o-mini',
      ALLOW_INSECURE_URLS: 'true',
      ...env,
    };
    const [config] = loadSettings('test', { model: languageModelSettings }, settings).model.deployments;
    const model = azureLanguageModel(config, { spareConnections: 0 });
    await collect(model.reply(request, signal));
    model.close();
    return seen.at(-1)!;
  }
  const ownHeaders = (headers: IncomingHttpHeaders) =>
    Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_CLIENT.test(name)));

  it('goes to the deployment, with the version of the API and the key in `api-key`', async () => {
    const { method, url, headers, body } = await sent({ OPENAI_API_KEY: 'the key' });
    expect(`${method} ${url}`).toBe('POST /openai/deployments/gpt-4o-mini/chat/completions?api-version=2024-10-21');
    expect(headers).toMatchObject({ 'api-key': 'the key', 'content-type': 'application/json' });
    expect(headers).not.toHaveProperty('authorization');
    expect(body).toMatchObject({ stream: true, stream_options: { include_usage: true }, max_completion_tokens: 200 });
  });

  it('says how much the model may reason only when a setting says it', async () => {
    expect((await sent({ OPENAI_API_KEY: 'the key' })).body).not.toHaveProperty('reasoning_effort');
    const { body } = await sent({ OPENAI_API_KEY: 'the key', OPENAI_REASONING_EFFORT: 'none' });
    expect(body).toMatchObject({ reasoning_effort: 'none' });
  });

  it('is, header by header, what the library sends by itself', async () => {
    const ours = await sent({ OPENAI_API_KEY: 'the key' });
    const plain = new AzureOpenAI({
      endpoint,
      deployment: 'gpt-4o-mini',
      apiVersion: '2024-10-21',
      apiKey: 'the key',
      timeout: 8_000,
    });
    await collect(await plain.chat.completions.create(ours.body as ChatCompletionCreateParamsStreaming));
    const theirs = seen.at(-1)!;
    expect({ ...ours, headers: ownHeaders(ours.headers) }).toEqual({ ...theirs, headers: ownHeaders(theirs.headers) });
  });

  it('is signed in by the identity of the process when there is no key', async () => {
    const identity = await managedIdentity();
    const { headers } = await sent({});
    expect(headers['authorization']).toBe(`Bearer ${TOKEN}`);
    expect(headers).not.toHaveProperty('api-key');
    expect(identity.requests[0]?.query.get('resource')).toBe('https://cognitiveservices.azure.com');
    await identity.close();
  });

  it('does not heed what a shell says of other programs', async () => {
    vi.stubEnv('OPENAI_BASE_URL', 'http://127.0.0.1:1');
    vi.stubEnv('OPENAI_ORG_ID', 'org-other');
    vi.stubEnv('OPENAI_PROJECT_ID', 'project-other');
    vi.stubEnv('AZURE_OPENAI_API_KEY', 'another key');
    const { headers } = await sent({ OPENAI_API_KEY: 'the key' });
    expect(headers['api-key']).toBe('the key');
    expect(JSON.stringify(headers)).not.toMatch(/other/);
  });
});

describe('a socket to Azure Speech', () => {
  let emulator: SpeechServer;
  let relay: SpeechRelay;
  let asked: string[];
  beforeAll(async () => {
    const log = pino({ level: 'silent' });
    emulator = await startSpeechServer({ listen: { host: '127.0.0.1', port: 0 }, key: undefined, threads: 1, log });
  });
  afterAll(() => emulator.close());
  beforeEach(async () => {
    asked = [];
    relay = await startSpeechRelay(emulator.url);
    // What would be a connection over TLS to a region ends on this machine.
    vi.spyOn(tls, 'connect').mockImplementation(() => {
      const socket: unknown = connect(relay.port, '127.0.0.1');
      return socket as TLSSocket;
    });
    vi.stubGlobal('fetch', (url: string) => {
      asked.push(url);
      return Promise.resolve(new Response(null, { status: 404 }));
    });
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await relay.close();
  });

  const ssml =
    '<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="en-US"><voice name="en-US-AvaMultilingualNeural">Good morning.</voice></speak>';
  async function speakWith(env: Environment): Promise<Upgrade> {
    const [service] = loadSettings('test', { speech: speechSettings }, env).speech.services;
    const voice = azureTextToSpeech(service, { spareSockets: 0 });
    const chunks = await collect(voice.speak({ ssml }, signal));
    voice.close();
    expect(chunks.some(({ type }) => type === 'audio')).toBe(true);
    return relay.upgrades[0]!;
  }
  const headersOf = (message: string): Record<string, string> =>
    Object.fromEntries(
      message
        .split('\r\n\r\n')[0]!
        .split('\r\n')
        .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );

  it('for synthesis in a region goes to the host of that region, with the key and an id of its own', async () => {
    const { url, headers } = await speakWith({ SPEECH_REGION: 'westeurope', SPEECH_KEY: 'the key' });
    expect(url.origin + url.pathname).toBe(
      'wss://westeurope.tts.speech.microsoft.com/tts/cognitiveservices/websocket/v1',
    );
    // The SDK sets both as parameters of the URL too.
    expect(headers).toMatchObject({
      'ocp-apim-subscription-key': 'the key',
      'x-connectionid': expect.stringMatching(/^[0-9A-F]{32}$/i) as string,
    });
    expect(url.searchParams.get('Ocp-Apim-Subscription-Key')).toBe('the key');
    expect(url.searchParams.get('X-ConnectionId')).toBe(headers['x-connectionid']);
  });

  it.each([
    ['chinaeast2', 'wss://chinaeast2.tts.speech.azure.cn'],
    ['usgovvirginia', 'wss://usgovvirginia.tts.speech.azure.us'],
  ])('for synthesis in %s goes to the cloud of that country', async (region, origin) => {
    expect((await speakWith({ SPEECH_REGION: region, SPEECH_KEY: 'k' })).url.origin).toBe(origin);
  });

  it('for synthesis at a resource of its own asks that resource where to connect', async () => {
    const { url, headers } = await speakWith({
      SPEECH_ENDPOINT: 'https://contoso.cognitiveservices.azure.com',
      SPEECH_KEY: 'the key',
    });
    expect(asked).toEqual([
      'https://contoso.cognitiveservices.azure.com/tts/cognitiveservices/websocket/v1?GenerateRedirectResponse=true',
    ]);
    expect(url.host + url.pathname).toBe('contoso.cognitiveservices.azure.com/tts/cognitiveservices/websocket/v1');
    expect(headers['ocp-apim-subscription-key']).toBe('the key');
  });

  it('for synthesis without a key is signed in by the identity of the process', async () => {
    const identity = await managedIdentity();
    const { headers } = await speakWith({ SPEECH_ENDPOINT: 'https://contoso.cognitiveservices.azure.com' });
    expect(headers['authorization']).toBe(`Bearer ${TOKEN}`);
    expect(headers).not.toHaveProperty('ocp-apim-subscription-key');
    await identity.close();
  });

  it('for synthesis carries the messages of the protocol, and our SSML to the letter', async () => {
    await speakWith({ SPEECH_REGION: 'westeurope', SPEECH_KEY: 'the key' });
    expect(relay.messages.map((message) => headersOf(message)['path'])).toEqual([
      'speech.config',
      'synthesis.context',
      'ssml',
    ]);
    const [, context, text] = relay.messages.map((message) => ({
      headers: headersOf(message),
      body: message.slice(message.indexOf('\r\n\r\n') + 4),
    }));
    expect(text).toMatchObject({
      headers: { 'content-type': 'application/ssml+xml', 'x-requestid': context!.headers['x-requestid'] },
      body: ssml,
    });
    expect(JSON.parse(context!.body)).toMatchObject({
      synthesis: {
        audio: { metadataOptions: { wordBoundaryEnabled: 'true' }, outputFormat: 'raw-16khz-16bit-mono-pcm' },
      },
    });
  });

  it('for recognition in a region goes to the host of that region, with the key and an id of its own', async () => {
    const env = { SPEECH_REGION: 'westeurope', SPEECH_KEY: 'the key' };
    const [service] = loadSettings('test', { speech: speechSettings }, env).speech.services;
    const ear = azureSpeechToText(service, pino({ level: 'silent' }), { segmentationSilenceMs: 500 });
    const stream = await ear.open({ languages: ['en-US'], phrases: [] }, signal);
    await stream.close();
    const [upgrade] = relay.upgrades;
    expect(upgrade?.url.host).toBe('westeurope.stt.speech.microsoft.com');
    expect(upgrade?.headers).toMatchObject({
      'ocp-apim-subscription-key': 'the key',
      'x-connectionid': expect.stringMatching(/^[0-9A-F]{32}$/i) as string,
    });
    expect(headersOf(relay.messages[0]!)).toMatchObject({ path: 'speech.config', 'content-type': 'application/json' });
  });
});
