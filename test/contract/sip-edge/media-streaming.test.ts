import {
  createOutboundAudioData,
  createOutboundStopAudioData,
  StreamingData,
} from '@azure/communication-call-automation';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EdgeUnderTest } from '../../support/edge-under-test.ts';
import type { ScriptedLeg } from '../../support/scripted-telephony.ts';

let edge: EdgeUnderTest;
beforeEach(async () => {
  edge = new EdgeUnderTest();
  await edge.start();
});
afterEach(() => edge.close());

interface Wanted {
  readonly audioChannelType?: 'mixed' | 'unmixed';
  readonly audioFormat?: 'pcm16KMono' | 'pcm24KMono';
  readonly startMediaStreaming?: boolean;
  readonly enableBidirectional?: boolean;
}

function streaming(wanted: Wanted = {}) {
  return {
    mediaStreamingOptions: {
      transportUrl: edge.application.mediaUrl,
      transportType: 'websocket' as const,
      contentType: 'audio' as const,
      audioChannelType: 'mixed' as const,
      startMediaStreaming: true,
      enableBidirectional: true,
      enableDtmfTones: true,
      ...wanted,
    },
  };
}

/** What the application sent has arrived once a frame of it is heard; the clock is ours. */
async function tickUntilHeard(leg: ScriptedLeg): Promise<Int16Array> {
  for (;;) {
    const heard = leg.audio.tick();
    if (heard !== undefined) return heard;
    await new Promise(setImmediate);
  }
}

describe('a media socket', () => {
  it('presents itself as the service does, with a token that verifies against the published keys', async () => {
    const { connectionId, data } = await edge.connect({}, streaming());
    const { headers } = await edge.application.mediaConnection();
    expect(headers['x-ms-call-connection-id']).toBe(connectionId);
    expect(headers['x-ms-call-correlation-id']).toBe(data['correlationId']);
    const token = (headers.authorization ?? '').replace('Bearer ', '');
    await jwtVerify(token, createRemoteJWKSet(new URL(`${edge.url}/calling/keys`)), {
      issuer: 'https://acscallautomation.communication.azure.com',
      audience: edge.resourceId,
    });
    const { iat = 0, exp = 0 } = decodeJwt(token);
    expect(exp - iat).toBe(24 * 60 * 60);
    const started = await edge.application.callback('MediaStreamingStarted');
    expect(started.data['mediaStreamingUpdate']).toEqual({
      contentType: 'Audio',
      mediaStreamingStatus: 'mediaStreamingStarted',
      mediaStreamingStatusDetails: 'subscriptionStarted',
    });
  });

  it('sends the metadata first, then a frame every 20 ms, in a form the SDK parses', async () => {
    const { leg } = await edge.connect({}, streaming());
    const connection = await edge.application.mediaConnection();
    expect(await connection.next()).toMatchObject({
      kind: 'AudioMetadata',
      audioMetadata: { encoding: 'PCM', sampleRate: 16000, channels: 1, length: 640 },
    });
    await edge.application.callback('MediaStreamingStarted');
    leg.audio.tick(new Int16Array(320).fill(7), false);
    const message = await connection.next();
    expect(Object.keys(message['audioData'] as object)).toEqual(['timestamp', 'data', 'silent']);
    expect(StreamingData.parse(JSON.stringify(message))).toMatchObject({ isSilent: false });
    const { data } = message['audioData'] as { data: string };
    expect(Buffer.from(data, 'base64')).toHaveLength(640);
    leg.audio.press('#');
    expect(await connection.next()).toEqual({ kind: 'DtmfData', dtmfData: { data: '#' } });
  });

  it('names the participant in an unmixed stream, and sends 24 kHz when asked to', async () => {
    const { leg } = await edge.connect({}, streaming({ audioChannelType: 'unmixed', audioFormat: 'pcm24KMono' }));
    const connection = await edge.application.mediaConnection();
    expect(await connection.next()).toMatchObject({ audioMetadata: { sampleRate: 24000, length: 960 } });
    await edge.application.callback('MediaStreamingStarted');
    leg.audio.tick();
    const { data, participantRawID } = (await connection.next())['audioData'] as {
      data: string;
      participantRawID: string;
    };
    expect(participantRawID).toBe('4:+14255550100');
    expect(Buffer.from(data, 'base64')).toHaveLength(960);
  });

  it('plays what the application sends, and falls silent within a tick of StopAudio', async () => {
    const { leg } = await edge.connect({}, streaming());
    const { socket } = await edge.application.mediaConnection();
    await edge.application.callback('MediaStreamingStarted');
    const second = Buffer.alloc(32_000);
    for (let at = 0; at < second.length; at += 2) second.writeInt16LE(9, at);
    socket.send(createOutboundAudioData(second.toString('base64')));
    expect((await tickUntilHeard(leg))[0]).toBe(9);
    socket.send(createOutboundStopAudioData());
    while (leg.audio.tick() !== undefined) await new Promise(setImmediate);
    expect(leg.audio.heard.filter((frame) => frame !== undefined).length).toBeLessThan(50);
  });

  it('ignores what it cannot read and stays open', async () => {
    const { leg } = await edge.connect({}, streaming());
    const { socket } = await edge.application.mediaConnection();
    await edge.application.callback('MediaStreamingStarted');
    for (const text of ['{', '[]', 'null', '{"kind":7}', '{"kind":"Mark"}', '{"kind":"AudioData"}']) socket.send(text);
    socket.send(Buffer.from([1, 2, 3]));
    socket.send(JSON.stringify({ Kind: 'AudioData', AudioData: { Data: Buffer.alloc(1281, 5).toString('base64') } }));
    expect((await tickUntilHeard(leg))[0]).toBe(0x0505);
  });

  it('is given up, and not the call, when a message is larger than any audio', async () => {
    const { call } = await edge.connect({}, streaming());
    const { socket } = await edge.application.mediaConnection();
    socket.send('x'.repeat(2 * 1024 * 1024));
    await edge.application.callback('MediaStreamingFailed');
    expect((await call.getCallConnectionProperties()).callConnectionState).toBe('connected');
  });

  it('plays nothing when the stream goes one way only', async () => {
    const { leg } = await edge.connect({}, streaming({ enableBidirectional: false }));
    const connection = await edge.application.mediaConnection();
    await connection.next();
    connection.socket.send(createOutboundAudioData(Buffer.alloc(6400, 1).toString('base64')));
    connection.socket.ping();
    await new Promise((resolve) => connection.socket.once('pong', resolve));
    expect(leg.audio.tick()).toBeUndefined();
  });

  it('is closed with 1000 when the call ends, and that is reported before the end', async () => {
    const { leg } = await edge.connect({}, streaming());
    const { closed } = await edge.application.mediaConnection();
    await edge.application.callback('MediaStreamingStarted');
    leg.endBy('peer');
    expect(await closed).toBe(1000);
    await edge.application.callback('CallDisconnected');
    expect(edge.application.callbackNames().slice(-2)).toEqual(['MediaStreamingStopped', 'CallDisconnected']);
  });

  it('is started and stopped on demand', async () => {
    const { call } = await edge.connect({}, streaming({ startMediaStreaming: false }));
    const media = call.getCallMedia();
    expect((await call.getCallConnectionProperties()).mediaStreamingSubscription?.state).toBe('inactive');
    await media.startMediaStreaming({ operationContext: 'again' });
    expect((await edge.application.callback('MediaStreamingStarted')).data['operationContext']).toBe('again');
    expect((await call.getCallConnectionProperties()).mediaStreamingSubscription?.state).toBe('active');
    await media.stopMediaStreaming();
    await edge.application.callback('MediaStreamingStopped');
    expect((await call.getCallConnectionProperties()).mediaStreamingSubscription?.state).toBe('inactive');
  });

  it('is refused where its address has a fragment', async () => {
    const { context } = await edge.ring();
    const { mediaStreamingOptions } = streaming();
    const transportUrl = `${mediaStreamingOptions.transportUrl}#part`;
    const answer = edge.client().answerCall(context, `${edge.application.url}/callbacks`, {
      mediaStreamingOptions: { ...mediaStreamingOptions, transportUrl },
    });
    await expect(answer).rejects.toMatchObject({ statusCode: 400 });
  });

  it('cannot be started in a call answered without it', async () => {
    const { call } = await edge.connect();
    await expect(call.getCallMedia().startMediaStreaming()).rejects.toMatchObject({ statusCode: 405, code: '8522' });
  });
});

describe('a media socket that is refused', () => {
  it.each([
    [401, 'authenticationFailure'],
    [503, 'initialWebSocketConnectionFailed'],
  ])('with %s is reported, and the call goes on', async (status, details) => {
    edge.application.refuseMediaWith = status;
    const { call } = await edge.connect({}, streaming());
    const failed = await edge.application.callback('MediaStreamingFailed');
    expect(failed.data['mediaStreamingUpdate']).toMatchObject({ mediaStreamingStatusDetails: details });
    expect((await call.getCallConnectionProperties()).callConnectionState).toBe('connected');
    edge.application.refuseMediaWith = undefined;
    await call.getCallMedia().startMediaStreaming();
    await edge.application.callback('MediaStreamingStarted');
  });
});

describe('a media socket that is lost', () => {
  it('is reported, and can be started again', async () => {
    const { call } = await edge.connect({}, streaming());
    (await edge.application.mediaConnection()).socket.terminate();
    const failed = await edge.application.callback('MediaStreamingFailed');
    expect(failed.data['mediaStreamingUpdate']).toMatchObject({
      mediaStreamingStatusDetails: 'streamConnectionInterrupted',
    });
    await call.getCallMedia().startMediaStreaming();
    await edge.application.mediaConnection();
  });

  it('comes back by itself where that is set', async () => {
    await edge.settings({ media: { reconnectAttempts: 2, reconnectDelayMs: 0 } });
    await edge.connect({}, streaming());
    (await edge.application.mediaConnection()).socket.terminate();
    expect(await (await edge.application.mediaConnection()).next()).toMatchObject({ kind: 'AudioMetadata' });
    await edge.application.waitFor(({ body }) => JSON.stringify(body).includes('streamConnectionReestablished'));
  });

  it('can be cut by an ordered fault', async () => {
    const { leg } = await edge.connect({}, streaming());
    await edge.application.callback('MediaStreamingStarted');
    await edge.settings({ faults: [{ surface: 'media-socket', drop: true }] });
    leg.audio.tick();
    await edge.application.callback('MediaStreamingFailed');
  });
});
