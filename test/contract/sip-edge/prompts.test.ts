import { DtmfTone } from '@azure/communication-call-automation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EdgeUnderTest } from '../../support/edge-under-test.ts';
import { promptWav } from '../../support/prompt-wav.ts';
import type { ScriptedLeg } from '../../support/scripted-telephony.ts';

let edge: EdgeUnderTest;
beforeEach(async () => {
  edge = new EdgeUnderTest();
  await edge.start();
});
afterEach(() => edge.close());

const caller = { phoneNumber: '+14255550100' };

/** Lets 20 ms pass until the callback of this name is there. */
async function tickUntil(
  leg: ScriptedLeg,
  name: string,
): Promise<Awaited<ReturnType<EdgeUnderTest['application']['callback']>>> {
  for (;;) {
    leg.audio.tick();
    await new Promise(setImmediate);
    if (edge.application.callbackNames().includes(name)) return edge.application.callback(name);
  }
}

function heard(leg: ScriptedLeg): number[] {
  return leg.audio.heard.flatMap((frame) => (frame === undefined ? [] : [frame[0] ?? 0]));
}

describe('a prompt', () => {
  it('is heard frame by frame, and its beginning and end are reported', async () => {
    const { call, leg } = await edge.connect();
    const url = edge.application.serveFile('/hello.wav', promptWav(3));
    await call.getCallMedia().playToAll([{ kind: 'fileSource', url }], { operationContext: 'p1' });
    const completed = await tickUntil(leg, 'PlayCompleted');
    expect(completed.data).toMatchObject({ operationContext: 'p1', resultInformation: { code: 200, subCode: 0 } });
    expect(heard(leg)).toEqual([1, 2, 3]);
    expect(edge.application.callbackNames()).toContain('PlayStarted');
  });

  it.each([
    ['text', { kind: 'textSource' as const, text: 'Hello' }],
    ['SSML', { kind: 'ssmlSource' as const, ssmlText: '<speak><voice name="v">Hello</voice></speak>' }],
  ])('is spoken from %s through the speech service', async (_, source) => {
    await edge.close();
    edge = new EdgeUnderTest();
    await edge.start({ EDGE_TTS_URL: 'application:/speak' });
    edge.application.serveFile('/speak', promptWav(2));
    const { call, leg } = await edge.connect();
    await call.getCallMedia().playToAll([source]);
    await tickUntil(leg, 'PlayCompleted');
    expect(heard(leg)).toEqual([1, 2]);
    expect((await edge.application.waitFor(({ path }) => path === '/speak')).body).toEqual({ text: 'Hello' });
  });

  it('cannot be text where there is no speech service', async () => {
    const { call } = await edge.connect();
    await expect(call.getCallMedia().playToAll([{ kind: 'textSource', text: 'Hello' }])).rejects.toMatchObject({
      statusCode: 405,
      code: '8522',
    });
  });

  it('fails by the number of the source when a file is no prompt', async () => {
    const { call, leg } = await edge.connect();
    const good = edge.application.serveFile('/good.wav', promptWav(1));
    const bad = edge.application.serveFile('/bad.wav', Buffer.from('no wave'));
    await call.getCallMedia().playToAll([
      { kind: 'fileSource', url: good },
      { kind: 'fileSource', url: bad },
    ]);
    const failed = await tickUntil(leg, 'PlayFailed');
    expect(failed.data).toMatchObject({
      failedPlaySourceIndex: 1,
      resultInformation: { code: 400, subCode: 8535, message: 'Action failed, file format is invalid.' },
    });
    expect(heard(leg)).toEqual([]);
  });

  it('loops until it is cancelled', async () => {
    const { call, leg } = await edge.connect();
    const url = edge.application.serveFile('/loop.wav', promptWav(2));
    await call.getCallMedia().playToAll([{ kind: 'fileSource', url }], { loop: true });
    await tickUntil(leg, 'PlayStarted');
    for (let tick = 0; tick < 5; tick += 1) leg.audio.tick();
    await call.getCallMedia().cancelAllOperations();
    const cancelled = await edge.application.callback('PlayCanceled');
    expect(cancelled.data['resultInformation']).toMatchObject({ code: 400, subCode: 8508 });
    expect(heard(leg).slice(0, 5)).toEqual([1, 2, 1, 2, 1]);
    expect(leg.audio.tick()).toBeUndefined();
  });

  it('waits for the one before it, unless it interrupts', async () => {
    const { call, leg } = await edge.connect();
    const url = edge.application.serveFile('/loop.wav', promptWav(1));
    const media = call.getCallMedia();
    await media.playToAll([{ kind: 'fileSource', url }], { loop: true, operationContext: 'first' });
    await tickUntil(leg, 'PlayStarted');
    await media.playToAll([{ kind: 'fileSource', url }], {
      operationContext: 'second',
      interruptCallMediaOperation: true,
    });
    expect((await edge.application.callback('PlayCanceled')).data['operationContext']).toBe('first');
    expect((await tickUntil(leg, 'PlayCompleted')).data['operationContext']).toBe('second');
  });
});

describe('a collection of keys', () => {
  const options = { kind: 'callMediaRecognizeDtmfOptions' as const };

  it('is complete at the number of keys asked for', async () => {
    const { call, leg } = await edge.connect();
    await call.getCallMedia().startRecognizing(caller, { ...options, maxTonesToCollect: 2, operationContext: 'pin' });
    await pressWhenListening(leg, ['1', '#']);
    const completed = await edge.application.callback('RecognizeCompleted');
    expect(completed.data).toMatchObject({
      recognitionType: 'dtmf',
      dtmfResult: { tones: ['one', 'pound'] },
      operationContext: 'pin',
      resultInformation: { code: 200, subCode: 8531 },
    });
  });

  it('is complete at a stop tone', async () => {
    const { call, leg } = await edge.connect();
    await call
      .getCallMedia()
      .startRecognizing(caller, { ...options, maxTonesToCollect: 9, stopDtmfTones: [DtmfTone.Pound] });
    await pressWhenListening(leg, ['4', '2', '#']);
    const completed = await edge.application.callback('RecognizeCompleted');
    expect(completed.data).toMatchObject({
      dtmfResult: { tones: ['four', 'two'] },
      resultInformation: { subCode: 8514 },
    });
  });

  it('fails after the initial silence', async () => {
    const { connectionId } = await edge.connect();
    await recognizeWithoutWaiting(connectionId, {});
    const failed = await edge.application.callback('RecognizeFailed');
    expect(failed.data['resultInformation']).toEqual({
      code: 400,
      subCode: 8510,
      message: 'Action failed, initial silence timeout reached.',
    });
  });

  it('stops its prompt at the first key where that is allowed', async () => {
    const { call, leg } = await edge.connect();
    const url = edge.application.serveFile('/menu.wav', promptWav(500));
    await call.getCallMedia().startRecognizing(caller, {
      ...options,
      maxTonesToCollect: 1,
      interruptPrompt: true,
      playPrompt: { kind: 'fileSource', url },
    });
    while (leg.audio.tick() === undefined) await new Promise(setImmediate);
    leg.audio.press('7');
    expect((await edge.application.callback('RecognizeCompleted')).data['dtmfResult']).toEqual({ tones: ['seven'] });
    expect(leg.audio.tick()).toBeUndefined();
  });

  it('ignores keys during a prompt that may not be interrupted', async () => {
    const { connectionId, leg } = await edge.connect();
    const uri = edge.application.serveFile('/menu.wav', promptWav(2));
    await recognizeWithoutWaiting(connectionId, { playPrompt: { kind: 'file', file: { uri } } });
    while (leg.audio.tick() === undefined) await new Promise(setImmediate);
    leg.audio.press('7');
    await tickUntil(leg, 'RecognizeFailed');
    expect(edge.application.callbackNames()).not.toContain('RecognizeCompleted');
  });

  it('is not pretended for speech', async () => {
    const { call } = await edge.connect();
    const speech = { kind: 'callMediaRecognizeSpeechOptions' as const };
    await expect(call.getCallMedia().startRecognizing(caller, speech)).rejects.toMatchObject({
      statusCode: 501,
      message: expect.stringContaining('CallMedia_Recognize') as string,
    });
  });
});

describe('keys of a call', () => {
  it('are reported one by one while that is asked for', async () => {
    const { call, leg } = await edge.connect();
    const media = call.getCallMedia();
    await media.startContinuousDtmfRecognition(caller, { operationContext: 'keys' });
    leg.audio.press('5');
    leg.audio.press('5');
    await edge.application.waitFor(({ body }) => JSON.stringify(body).includes('"sequenceId":2'));
    await media.stopContinuousDtmfRecognition(caller);
    await edge.application.callback('ContinuousDtmfRecognitionStopped');
    leg.audio.press('6');
    expect(edge.application.callbackNames().filter((name) => name.endsWith('ToneReceived'))).toHaveLength(2);
    expect((await edge.application.callback('ContinuousDtmfRecognitionToneReceived')).data).toMatchObject({
      tone: 'five',
      sequenceId: 1,
      operationContext: 'keys',
    });
  });

  it('are sent to the far side', async () => {
    const { call, leg } = await edge.connect();
    const result = await call
      .getCallMedia()
      .sendDtmfTones([DtmfTone.One, DtmfTone.Pound], caller, { operationContext: 'menu' });
    expect(result.operationContext).toBe('menu');
    await edge.application.callback('SendDtmfTonesCompleted');
    expect(leg.audio.sentTones).toEqual(['1', '#']);
  });
});

/** The prompt, though there is none, is loaded before the keys count. */
async function pressWhenListening(
  leg: ScriptedLeg,
  tones: Parameters<ScriptedLeg['audio']['press']>[0][],
): Promise<void> {
  while (leg.audio.listenerCount === 0) await new Promise(setImmediate);
  await new Promise(setImmediate);
  for (const tone of tones) leg.audio.press(tone);
}

/** The SDK turns an initial silence of 0 s into its default of 5 s, so this is asked for by hand. */
async function recognizeWithoutWaiting(connectionId: string, prompt: object): Promise<void> {
  const targetParticipant = { rawId: '4:+14255550100' };
  const recognizeOptions = {
    targetParticipant,
    initialSilenceTimeoutInSeconds: 0,
    dtmfOptions: { maxTonesToCollect: 1 },
  };
  const path = `/calling/callConnections/${connectionId}:recognize?api-version=2026-03-12`;
  const response = await edge.signedFetch('POST', path, { recognizeInputType: 'dtmf', recognizeOptions, ...prompt });
  expect(response.status).toBe(202);
}
