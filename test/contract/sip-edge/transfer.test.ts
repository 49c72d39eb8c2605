import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EdgeUnderTest } from '../../support/edge-under-test.ts';
import { ScriptedLeg } from '../../support/scripted-telephony.ts';

let edge: EdgeUnderTest;
beforeEach(async () => {
  edge = new EdgeUnderTest();
  await edge.start();
});
afterEach(() => edge.close());

const queue = { phoneNumber: '+18005550142' };
const withContext = {
  operationContext: 'transfer-1',
  sourceCallIdNumber: { phoneNumber: '+18005550199' },
  customCallingContext: [
    { kind: 'sipx' as const, key: 'AI-Summary', value: 'disputes_a_charge', sipHeaderPrefix: 'X-' as const },
    { kind: 'sipuui' as const, key: '', value: '7b7d;encoding=hex' },
  ],
};

describe('a transfer to an SBC that takes REFER', () => {
  it('carries what the agent learned, and reports to its own address', async () => {
    const { call, leg } = await edge.connect();
    const operationCallbackUrl = `${edge.application.url}/transfers`;
    await call.transferCallToParticipant(queue, { ...withContext, operationCallbackUrl });
    expect((await call.getCallConnectionProperties()).callConnectionState).toBe('transferring');
    expect(leg.refers[0]).toMatchObject({
      target: '+18005550142',
      headers: {
        userToUser: '7b7d;encoding=hex',
        custom: [{ name: 'X-AI-Summary', value: 'disputes_a_charge' }],
      },
    });
    leg.acceptRefer();
    expect(leg.hungUp).toBe(false);
    leg.settleRefer({ kind: 'completed' });
    const accepted = await edge.application.callback('CallTransferAccepted', '/transfers');
    expect(accepted.data).toMatchObject({
      operationContext: 'transfer-1',
      transferTarget: { rawId: '4:+18005550142' },
      transferee: { rawId: '4:+14255550100' },
      resultInformation: { code: 200, subCode: 0 },
    });
    const ended = await edge.application.callback('CallDisconnected');
    expect(ended.data['resultInformation']).toMatchObject({ code: 200, subCode: 7015 });
    expect(leg.hungUp).toBe(true);
    await expect(call.getCallConnectionProperties()).rejects.toMatchObject({ statusCode: 404, code: '8522' });
  });

  it('is given up early once the REFER is accepted, where that is set', async () => {
    await edge.settings({ transferBye: 'early', earlyByeDelayMs: 0 });
    const { call, leg } = await edge.connect();
    await call.transferCallToParticipant(queue);
    leg.acceptRefer();
    await edge.application.callback('CallDisconnected');
    expect(edge.application.callbackNames().slice(-2)).toEqual(['CallTransferAccepted', 'CallDisconnected']);
    expect(leg.hungUp).toBe(true);
  });

  it.each(['early', 'after-final-notify'])(
    'fails with the answer of the queue, and the call goes on (%s BYE)',
    async (transferBye) => {
      await edge.settings({ transferBye, earlyByeDelayMs: 60_000 });
      const { call, leg } = await edge.connect();
      await call.transferCallToParticipant(queue, withContext);
      leg.acceptRefer();
      leg.settleRefer({ kind: 'failed', status: 486 });
      const failed = await edge.application.callback('CallTransferFailed');
      expect(failed.data['resultInformation']).toMatchObject({ code: 486, subCode: 560486 });
      expect((await call.getCallConnectionProperties()).callConnectionState).toBe('connected');
      expect(leg.hungUp).toBe(false);
    },
  );

  it('can be tried again after a failure', async () => {
    const { call, leg } = await edge.connect();
    await call.transferCallToParticipant(queue);
    leg.settleRefer({ kind: 'refused', status: 603 });
    expect((await edge.application.callback('CallTransferFailed')).data['resultInformation']).toMatchObject({
      code: 603,
      subCode: 560603,
    });
    await call.transferCallToParticipant({ phoneNumber: '+18005550143' });
    expect(leg.refers).toHaveLength(2);
  });

  it('fails with 408 when nothing is heard of it', async () => {
    await edge.settings({ transferTimeoutMs: 1 });
    const { call } = await edge.connect();
    await call.transferCallToParticipant(queue);
    const failed = await edge.application.callback('CallTransferFailed');
    expect(failed.data['resultInformation']).toMatchObject({ code: 408, subCode: 560408 });
  });

  it('counts as accepted when the SBC leaves before its last report', async () => {
    const { call, leg } = await edge.connect();
    await call.transferCallToParticipant(queue);
    leg.acceptRefer();
    leg.endBy('peer');
    const ended = await edge.application.callback('CallDisconnected');
    expect(ended.data['resultInformation']).toMatchObject({ subCode: 7015 });
    expect(edge.application.callbackNames()).toContain('CallTransferAccepted');
  });

  it('is a hang-up when the caller leaves before the REFER was accepted', async () => {
    const { call, leg } = await edge.connect();
    await call.transferCallToParticipant(queue);
    leg.endBy('peer');
    const ended = await edge.application.callback('CallDisconnected');
    expect(ended.data['resultInformation']).toMatchObject({ subCode: 540000 });
    expect(edge.application.callbackNames()).not.toContain('CallTransferAccepted');
  });

  it('refuses a second transfer meanwhile', async () => {
    const { call } = await edge.connect();
    await call.transferCallToParticipant(queue);
    await expect(call.transferCallToParticipant(queue)).rejects.toMatchObject({ statusCode: 409, code: '8607' });
  });
});

describe('a transfer to an SBC that does not take REFER', () => {
  it.each([
    ['by its Allow header', false],
    ['by its answer 501', true],
  ])('is a new INVITE, joined with the caller (%s)', async (_, takesRefer) => {
    const { call, leg } = await edge.connect({ takesRefer });
    await call.transferCallToParticipant(queue, withContext);
    if (takesRefer) leg.settleRefer({ kind: 'refused', status: 501 });
    await edge.telephony.firstJoin;
    expect(edge.telephony.dialed[0]).toMatchObject({ target: '+18005550142', callerNumber: '+18005550199' });
    const ended = await edge.application.callback('CallDisconnected');
    expect(ended.data['resultInformation']).toMatchObject({ subCode: 7015 });
    expect(edge.application.callbackNames()).toContain('CallTransferAccepted');
    expect(leg.hungUp).toBe(false);
    expect(leg.audio.listenerCount).toBe(0);
  });

  it('fails with the answer of the target', async () => {
    edge.telephony.dialResult = { kind: 'refused', status: 480, reason: '', byPeer: true };
    const { call } = await edge.connect({ takesRefer: false });
    await call.transferCallToParticipant(queue);
    const failed = await edge.application.callback('CallTransferFailed');
    expect(failed.data['resultInformation']).toMatchObject({ code: 480, subCode: 560480 });
  });

  it('hangs up a target that answers after the caller has gone', async () => {
    const dialed = new ScriptedLeg('late');
    const answered = Promise.withResolvers<undefined>();
    edge.telephony.dial = async () => {
      await answered.promise;
      return { kind: 'answered', leg: dialed };
    };
    const { call, leg } = await edge.connect({ takesRefer: false });
    await call.transferCallToParticipant(queue);
    leg.endBy('peer');
    await edge.application.callback('CallDisconnected');
    answered.resolve(undefined);
    expect((await dialed.ended).by).toBe('us');
  });
});

describe('a transfer with headers that are not legal', () => {
  it.each([
    ['six headers', Array.from({ length: 6 }, (_, index) => ({ key: `H${index}`, value: 'v' }))],
    ['a value of 257 characters', [{ key: 'H', value: 'v'.repeat(257) }]],
    ['a line break', [{ key: 'H', value: 'one\r\nVia: two' }]],
    ['a name of 65 characters', [{ key: 'H'.repeat(63), value: 'v' }]],
  ])('is refused: %s', async (_, headers) => {
    const { call, leg } = await edge.connect();
    const customCallingContext = headers.map((header) => ({
      kind: 'sipx' as const,
      sipHeaderPrefix: 'X-' as const,
      ...header,
    }));
    await expect(call.transferCallToParticipant(queue, { customCallingContext })).rejects.toMatchObject({
      statusCode: 400,
      code: '8523',
    });
    expect(leg.refers).toEqual([]);
  });
});
