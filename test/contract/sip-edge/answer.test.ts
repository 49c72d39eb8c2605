import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EdgeUnderTest } from '../../support/edge-under-test.ts';
import { ScriptedLeg } from '../../support/scripted-telephony.ts';

let edge: EdgeUnderTest;
beforeEach(async () => {
  edge = new EdgeUnderTest();
  await edge.start();
});
afterEach(() => edge.close());

const caller = { phoneNumber: '+14255550100' };

describe('a ringing call', () => {
  it('rings at once and is announced with what the trunk sent', async () => {
    const headers = {
      userToUser: '616263;encoding=hex',
      custom: [{ name: 'X-Customer-ID', value: '42' }],
    };
    const { leg, data } = await edge.ring({ headers });
    expect(leg.log).toEqual(['180']);
    expect(data['customContext']).toEqual({
      sipHeaders: { 'User-To-User': '616263;encoding=hex', 'X-Customer-ID': '42' },
      voipHeaders: {},
    });
    expect(Object.keys(data)).toEqual([
      'to',
      'from',
      'serverCallId',
      'callerDisplayName',
      'customContext',
      'incomingCallContext',
      'correlationId',
    ]);
  });

  it('has a context of the size and shape of the service', async () => {
    const { context } = await edge.ring();
    expect(context.length).toBeGreaterThan(8_000);
    expect(context.length).toBeLessThan(12_000);
    expect(context.split('.')).toHaveLength(3);
    expect(context.endsWith('.')).toBe(true);
  });

  it('can be answered once', async () => {
    const { leg, context } = await edge.ring();
    const client = edge.client();
    const callbacks = `${edge.application.url}/callbacks`;
    const [one, other] = await Promise.allSettled([
      client.answerCall(context, callbacks),
      client.answerCall(context, callbacks),
    ]);
    expect([one.status, other.status].sort()).toEqual(['fulfilled', 'rejected']);
    expect(leg.log).toEqual(['180', '200']);
  });

  it('is refused with 480 when nobody takes it, and its context is worth nothing then', async () => {
    await edge.settings({ ringTimeoutMs: 1 });
    const { leg, context } = await edge.ring();
    expect(await leg.refused.promise).toBe(480);
    await expect(edge.client().answerCall(context, edge.application.url)).rejects.toMatchObject({
      statusCode: 400,
      message: expect.stringContaining('lifetime validation of the signed http request failed') as string,
    });
  });

  it('cannot be answered once the caller has given up, and nothing is called back', async () => {
    const { leg, context } = await edge.ring();
    leg.cancel();
    await expect(edge.client().answerCall(context, edge.application.url)).rejects.toMatchObject({
      statusCode: 404,
      code: '8522',
    });
    expect(edge.application.callbackNames()).toEqual([]);
  });

  it('is not announced when the caller gives up at once', async () => {
    const gone = edge.telephony.call();
    gone.cancel();
    await edge.ring();
    const announced = edge.application.received.filter(({ headers }) => headers['aeg-event-type'] === 'Notification');
    expect(announced).toHaveLength(1);
  });

  it('is rejected with the SIP status of the reason', async () => {
    const { leg, context } = await edge.ring();
    await edge.client().rejectCall(context, { callRejectReason: 'busy' });
    expect(await leg.refused.promise).toBe(486);
  });

  it('is redirected: the target is called and joined, and nothing is called back', async () => {
    const { leg, context } = await edge.ring();
    await edge.client().redirectCall(context, { targetParticipant: { phoneNumber: '+18005550142' } });
    await edge.telephony.firstJoin;
    expect(leg.log).toEqual(['180', '181', '200']);
    expect(edge.telephony.dialed[0]).toMatchObject({ target: '+18005550142', callerNumber: '+14255550100' });
    expect(edge.application.callbackNames()).toEqual([]);
  });

  it('hears the refusal of the number it is redirected to', async () => {
    edge.telephony.dialResult = { kind: 'refused', status: 486, reason: 'Busy Here', byPeer: true };
    const { leg, context } = await edge.ring();
    await edge.client().redirectCall(context, { targetParticipant: { phoneNumber: '+18005550142' } });
    expect(await leg.refused.promise).toBe(486);
  });
});

describe('an answered call', () => {
  it('is connecting, then connected, with the caller and the application in it', async () => {
    const { leg, context, data } = await edge.ring();
    const { callConnectionProperties: properties } = await edge
      .client()
      .answerCall(context, `${edge.application.url}/callbacks`, { operationContext: 'answer-1' });
    expect(properties).toMatchObject({
      callConnectionState: 'connecting',
      correlationId: data['correlationId'],
      serverCallId: data['serverCallId'],
    });
    const connected = await edge.application.callback('CallConnected');
    expect(connected.data).toMatchObject({
      operationContext: 'answer-1',
      correlationId: data['correlationId'],
      resultInformation: { code: 200, subCode: 0, message: '' },
    });
    const call = edge.client().getCallConnection(properties.callConnectionId ?? '');
    expect((await call.getCallConnectionProperties()).callConnectionState).toBe('connected');
    expect((await call.listParticipants()).values).toHaveLength(2);
    expect(await call.getParticipant(caller)).toMatchObject({ isMuted: false, isOnHold: false });
    expect(leg.log).toEqual(['180', '200']);
  });

  it('ends for the application when the caller hangs up', async () => {
    const { leg, call } = await edge.connect();
    leg.endBy('peer', 'Q.850;cause=16');
    const ended = await edge.application.callback('CallDisconnected');
    expect(ended.data['resultInformation']).toEqual({
      code: 200,
      subCode: 540000,
      message: 'Call ended successfully by local PSTN caller.',
    });
    expect(edge.logged.find(({ message }) => message === 'call ended')?.fields).toEqual({
      correlationId: ended.data['correlationId'],
      by: 'caller',
      detail: 'Q.850;cause=16',
    });
    await expect(call.getCallConnectionProperties()).rejects.toMatchObject({
      statusCode: 404,
      code: '8522',
      message: 'Call not found.',
    });
  });

  it.each([true, false])(
    'ends for the caller when the application hangs up (for everyone: %s)',
    async (forEveryone) => {
      const { leg, call } = await edge.connect();
      await call.hangUp(forEveryone);
      const ended = await edge.application.callback('CallDisconnected');
      expect(leg.hungUp).toBe(true);
      expect(ended.data['resultInformation']).toMatchObject({ code: 200, subCode: 7000 });
      expect(edge.application.callbackNames().at(-1)).toBe('CallDisconnected');
    },
  );

  it('leaves no listener on the leg when it ends', async () => {
    const { leg, call } = await edge.connect();
    await call.getCallMedia().startContinuousDtmfRecognition(caller);
    await call.hangUp(true);
    await edge.application.callback('CallDisconnected');
    expect(leg.audio.listenerCount).toBe(0);
    expect(edge.application.callbackNames()).toContain('ContinuousDtmfRecognitionStopped');
  });

  it('is over when the caller was gone before the acknowledgement', async () => {
    const { leg, context } = await edge.ring();
    leg.goneBeforeAcknowledgement = true;
    await edge.client().answerCall(context, `${edge.application.url}/callbacks`);
    const ended = await edge.application.callback('CallDisconnected');
    expect(ended.data['resultInformation']).toMatchObject({ code: 487, subCode: 540487 });
    expect(edge.application.callbackNames()).toEqual(['AnswerFailed', 'CallDisconnected']);
  });
});

describe('an edge that is about to end', () => {
  const never = new AbortController().signal;

  it('takes no new call, and waits for those that are up and those it joined', async () => {
    const target = new ScriptedLeg('target');
    edge.telephony.dialResult = { kind: 'answered', leg: target };
    const { leg, call } = await edge.connect({ takesRefer: false });
    let over = false;
    const drained = edge.drain(60_000, never).then(() => (over = true));
    const late = edge.telephony.call();
    expect(await late.refused.promise).toBe(503);
    await call.transferCallToParticipant({ phoneNumber: '+18005550142' });
    await edge.application.callback('CallDisconnected');
    expect(over).toBe(false);
    leg.endBy('peer');
    target.endBy('peer');
    await drained;
  });

  it.each([
    ['longer than its limit', 1, never],
    ['after a second signal', 60_000, AbortSignal.abort()],
  ])('does not wait for a call %s', async (_, limitMs, signal) => {
    const { leg } = await edge.connect();
    await edge.drain(limitMs, signal);
    expect(leg.hungUp).toBe(false);
    await edge.close();
    expect(leg.hungUp).toBe(true);
  });
});
