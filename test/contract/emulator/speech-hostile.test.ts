import { once } from 'node:events';
import { SpeechConfig } from 'microsoft-cognitiveservices-speech-sdk';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { SpeechServer } from '../../../emulator/speech/server.ts';
import {
  PropertyId,
  ResultReason,
  callerAudio,
  listen,
  putControl,
  recognizeOnce,
  silence,
  speaker,
  speechConfig,
  ssml,
  startServer,
  webSocketUrl,
} from './speech-support.ts';

const KEY = 'the right key';
const RECOGNITION = '/speech/recognition/conversation/cognitiveservices/v1';
const SYNTHESIS = '/tts/cognitiveservices/websocket/v1';
const REQUEST_ID = 'X-RequestId:0123456789abcdef';

let server: SpeechServer;
beforeAll(async () => {
  server = await startServer(KEY);
  await putControl(server, 'phrases/test', { language: 'en-US', phrases: ['Yes please'] });
});
afterAll(() => server.close());

function open(path: string, key = KEY): WebSocket {
  return new WebSocket(webSocketUrl(server, path), { headers: { 'Ocp-Apim-Subscription-Key': key } });
}

async function closeCodeAfter(path: string, messages: readonly (string | Buffer)[]): Promise<number> {
  const socket = open(path);
  await once(socket, 'open');
  for (const message of messages) socket.send(message);
  const [code] = (await once(socket, 'close')) as [number];
  return code;
}

async function refusal(path: string, key?: string): Promise<number | undefined> {
  const socket = open(path, key);
  socket.on('error', () => undefined);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode?: number }];
  socket.terminate();
  return response.statusCode;
}

function binary(header: string, body = Buffer.alloc(0)): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(header.length);
  return Buffer.concat([length, Buffer.from(header), body]);
}

async function stillWorks(): Promise<void> {
  const agent = speaker(speechConfig(server, KEY));
  const result = await agent.say(ssml('Still here.'));
  await agent.close();
  expect(result.reason).toBe(ResultReason.SynthesizingAudioCompleted);
}

describe('a client that speaks the protocol wrongly', () => {
  const wrongFormat = binary(
    `Path:audio\r\n${REQUEST_ID}\r\n`,
    Buffer.from('RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x07\x00\x01\x00\x40\x1f\x00\x00', 'latin1'),
  );
  it.each([
    ['a binary message of one byte', RECOGNITION, [Buffer.from([1])], 1007],
    ['a header length beyond the message', RECOGNITION, [Buffer.from([0x0f, 0xff, 1, 2])], 1007],
    ['headers without a path', RECOGNITION, [`${REQUEST_ID}\r\n\r\n{}`], 1007],
    ['a request id with a line break in it', RECOGNITION, [`Path:speech.context\r\nX-RequestId:a\rb\r\n\r\n{}`], 1007],
    ['a context that is no JSON', RECOGNITION, [`Path:speech.context\r\n${REQUEST_ID}\r\n\r\nnot json`], 1007],
    ['µ-law audio', RECOGNITION, [wrongFormat], 1007],
    ['a message of two megabytes', RECOGNITION, [Buffer.alloc(2_000_000)], 1009],
    ['ten thousand header bytes', SYNTHESIS, [`X:${'x'.repeat(10_000)}`], 1007],
    ['SSML of 100 kB', SYNTHESIS, [`Path:ssml\r\n${REQUEST_ID}\r\n\r\n${'x'.repeat(100_000)}`], 1007],
    [
      'a format nobody speaks',
      SYNTHESIS,
      [`Path:synthesis.context\r\n${REQUEST_ID}\r\n\r\n{"synthesis":{"audio":{"outputFormat":"ogg"}}}`],
      1007,
    ],
  ])('is closed for %s, and nobody else notices', async (_what, path, messages, code) => {
    expect(await closeCodeAfter(path, messages)).toBe(code);
    await stillWorks();
  });
});

describe('the door', () => {
  it('is not there on any other path', async () => {
    expect(await refusal('/speech/translation/v1')).toBe(404);
    expect((await fetch(`${server.url}/nothing`)).status).toBe(404);
  });

  it('stays shut to a wrong key', async () => {
    expect(await refusal(RECOGNITION, 'wrong')).toBe(401);
  });

  it('opens to a key in the query, which is how the SDK brings it from a runtime with its own WebSocket', async () => {
    const socket = new WebSocket(
      webSocketUrl(server, `${SYNTHESIS}?Ocp-Apim-Subscription-Key=${encodeURIComponent(KEY)}`),
    );
    await once(socket, 'open');
    socket.close();
  });

  it('tells the SDK that its key is wrong by refusing the connection', async () => {
    const agent = speaker(SpeechConfig.fromHost(new URL(webSocketUrl(server)), 'wrong'));
    const outcome = await agent.say(ssml('Hello')).then(
      ({ reason }) => reason,
      () => ResultReason.Canceled,
    );
    await agent.close();
    expect(outcome).toBe(ResultReason.Canceled);
  });
});

describe('a failure asked for', () => {
  afterEach(() => putControl(server, 'faults', { recognition: null, synthesis: null }));

  it('as a closed connection reaches the synthesising client as canceled, once', async () => {
    await putControl(server, 'faults', { synthesis: { mode: 'close', times: 1 } });
    const agent = speaker(speechConfig(server, KEY));
    const result = await agent.say(ssml('Hello'));
    await agent.close();
    expect(result.reason).toBe(ResultReason.Canceled);
    await stillWorks();
  });

  it('as an error reaches the listening client as canceled', async () => {
    await putControl(server, 'faults', { recognition: { mode: 'error', times: 1 } });
    const result = await recognizeOnce(speechConfig(server, KEY), silence(500));
    expect(result.reason).toBe(ResultReason.Canceled);
  });

  it('as slow answers delays the first word by that much', async () => {
    await putControl(server, 'faults', { synthesis: { mode: 'slow', delayMs: 300, times: 1 } });
    const agent = speaker(speechConfig(server, KEY));
    const result = await agent.say(ssml('Hello'));
    await agent.close();
    const latency = result.properties.getProperty(PropertyId.SpeechServiceResponse_SynthesisFirstByteLatencyMs);
    expect(Number(latency)).toBeGreaterThanOrEqual(290);
  });

  it('that makes no sense is refused with its reason', async () => {
    const response = await putControl(server, 'faults', { synthesis: { mode: 'explode' } });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('synthesis.mode');
  });

  it('does not disturb a call that is heard at the same time', async () => {
    await putControl(server, 'faults', { synthesis: { mode: 'hang' } });
    const ear = await listen(speechConfig(server, KEY));
    ear.push(Buffer.concat([silence(300), await callerAudio(server, 'Yes please'), silence(800)]));
    expect((await ear.nextResult()).text).toBe('Yes please');
    await ear.stop();
  });
});
