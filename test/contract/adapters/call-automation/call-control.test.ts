import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acsCallControl } from '#adapters/call-automation/call-control';
import type { PhoneNumber } from '#core/ids';
import type { CallControl } from '#core/ports/call-control';
import { callAutomation, contractsAreHere } from '../../../support/contracts.ts';
import { startHttpRecorder, type HttpRecorder } from '../../../support/http-recorder.ts';
import { connectionId, offer } from '../../../support/offered-call.ts';

const ACCESS_KEY = Buffer.from('a key for a test').toString('base64');
const { signal } = new AbortController();
const target = '+18005550142' as PhoneNumber;
const ours = '+18005550199' as PhoneNumber;
const answer = {
  incomingCallContext: 'CTX',
  callbackUri: 'https://app/cb',
  mediaUri: 'wss://bridge/media/c-1?ticket=t',
};
const connection = { callConnectionId: connectionId, callConnectionState: 'connecting' };
const transfer = {
  connectionId,
  transferId: 'transfer-1',
  target,
  caller: offer.from,
  callerId: undefined,
  callbackUri: 'https://app/cb',
  headers: {
    prefix: 'X-' as const,
    userToUser: '7b7d;encoding=hex',
    custom: [
      { name: 'AI-Reason', value: 'caller-asked' },
      { name: 'AI-Summary', value: 'disputes_a_charge' },
    ],
  },
};

let acs: HttpRecorder;
let control: CallControl;
beforeEach(async () => {
  acs = await startHttpRecorder();
  control = acsCallControl(
    {
      endpoint: acs.url,
      accessKey: ACCESS_KEY,
      cognitiveServicesEndpoint: undefined,
      requestBudgetMs: 1_000,
    },
    new Map(),
  );
});
afterEach(() => acs.close());

const requests: readonly (readonly [string, number, (control: CallControl) => Promise<unknown>])[] = [
  ['answers', 200, (control) => control.answer(answer, signal)],
  ['redirects', 204, (control) => control.redirect('CTX', target, signal)],
  ['rejects', 204, (control) => control.reject('CTX', 'busy', signal)],
  ['transfers', 202, (control) => control.transfer(transfer, signal)],
  [
    'transfers an anonymous caller with a caller id of ours',
    202,
    (control) => control.transfer({ ...transfer, caller: { kind: 'anonymous' }, callerId: ours }, signal),
  ],
  ['hangs up', 204, (control) => control.hangUp(connectionId, signal)],
  ['listens for keys', 200, (control) => control.listenForKeys(connectionId, offer.from, signal)],
  [
    'listens for the keys of an anonymous caller',
    200,
    (control) => control.listenForKeys(connectionId, { kind: 'anonymous' }, signal),
  ],
  ['starts media', 202, (control) => control.startMedia(connectionId, signal)],
  ['looks at a call', 200, (control) => control.look(connectionId, signal)],
  [
    'plays the failure message',
    202,
    (control) =>
      control.playText(
        { connectionId, playId: 'apology', text: 'Sorry.', voice: 'en-US-AvaNeural', callbackUri: 'https://app/cb' },
        signal,
      ),
  ],
];

describe.skipIf(!contractsAreHere)('a request to Call Automation', () => {
  it.each(requests)('is as published when it %s', async (_, status, send) => {
    acs.respond({ status, ...(status === 204 ? {} : { json: connection }) });
    await send(control);
    const [request] = acs.requests;
    const operation = callAutomation().operation(request!.method, request!.path);
    expect(operation?.requestProblems(request!.body)).toEqual([]);
    expect(request!.query.get('api-version')).toBe('2026-03-12');
  });

  it('would be seen if it had a member or a value that is not published', () => {
    const operation = callAutomation().operation('POST', '/calling/callConnections:answer');
    const body = { incomingCallContext: 'CTX', callbackUri: 'https://app/cb' };
    const media = { transportType: 'websocket', audioChannelType: 'mixed' };
    expect(operation?.requestProblems(body)).toEqual([]);
    expect(operation?.requestProblems({ ...body, callbackUrl: 'https://app/cb' })).not.toEqual([]);
    expect(operation?.requestProblems({ ...body, mediaStreamingOptions: { ...media, audioFormat: 7 } })).not.toEqual(
      [],
    );
  });
});

describe('call control', () => {
  it.each([
    ['streaming', 200, { ...connection, mediaStreamingSubscription: { id: 's', state: 'active' } }],
    ['silent', 200, { ...connection, mediaStreamingSubscription: { id: 's', state: 'inactive' } }],
    ['silent', 200, connection],
    ['gone', 200, { ...connection, callConnectionState: 'disconnected' }],
    ['gone', 404, { error: { code: '8522', message: 'Call not found.' } }],
    ['gone', 400, { error: { code: '8528', message: 'Call terminated.' } }],
  ])('sees a call that is %s (%i)', async (seen, status, json) => {
    acs.respond({ status, json });
    expect(await control.look(connectionId, signal)).toBe(seen);
  });

  it('does not take a front that stumbles for a call that is gone', async () => {
    acs.respond({ status: 500, json: { error: { code: '9999', message: 'Unknown internal error.' } } });
    await expect(control.look(connectionId, signal)).rejects.toMatchObject({ port: 'call-control', status: 500 });
  });

  it('answers with audio both ways, 16 kHz, one stream, and keys', async () => {
    acs.respond({ status: 200, json: connection });
    expect(await control.answer(answer, signal)).toBe(connectionId);
    expect(acs.requests[0]?.body).toEqual({
      incomingCallContext: 'CTX',
      callbackUri: 'https://app/cb',
      mediaStreamingOptions: {
        transportType: 'websocket',
        transportUrl: answer.mediaUri,
        contentType: 'audio',
        audioChannelType: 'mixed',
        audioFormat: 'pcm16KMono',
        startMediaStreaming: true,
        enableBidirectional: true,
        enableDtmfTones: true,
      },
    });
  });

  it('sends the packed headers with the transfer, under the prefix chosen', async () => {
    acs.respond({ status: 202, json: {} });
    expect(await control.transfer(transfer, signal)).toBe('asked');
    expect(acs.requests[0]?.body).toMatchObject({
      operationContext: 'transfer-1',
      operationCallbackUri: 'https://app/cb',
      transferee: { phoneNumber: { value: '+14255550100' } },
      customCallingContext: {
        sipHeaders: {
          'User-To-User': '7b7d;encoding=hex',
          'X-AI-Reason': 'caller-asked',
          'X-AI-Summary': 'disputes_a_charge',
        },
      },
    });
    expect(acs.requests[0]?.body).not.toHaveProperty('sourceCallerIdNumber');
  });

  it('signs what it sends', async () => {
    acs.respond({ status: 202, json: {} });
    await control.startMedia(connectionId, signal);
    expect(acs.requests[0]?.headers.authorization).toMatch(/^HMAC-SHA256 SignedHeaders=/);
  });

  it('tries once more, as the same request, when ACS stumbles', async () => {
    acs.respond({ status: 500, json: { error: { code: '9999', message: 'boom' } } }, { status: 200, json: connection });
    expect(await control.answer(answer, signal)).toBe(connectionId);
    const [first, second] = acs.requests.map(({ headers }) => headers['repeatability-request-id']);
    expect(first).toBeDefined();
    expect(second).toBe(first);
  });

  it('gives up inside its time budget when ACS does not answer', async () => {
    acs.respond('hang');
    await expect(control.answer(answer, signal)).rejects.toMatchObject({ port: 'call-control', retryable: true });
  });

  it.each<[string, (control: CallControl, signal: AbortSignal) => Promise<unknown>]>([
    ['answer', (control, signal) => control.answer(answer, signal)],
    ['listen for keys', (control, signal) => control.listenForKeys(connectionId, offer.from, signal)],
  ])('gives up at once when its caller does (%s)', async (_, ask) => {
    acs.respond('hang');
    const reason = new Error('the call is over');
    const controller = new AbortController();
    const asked = ask(control, controller.signal);
    controller.abort(reason);
    await expect(asked).rejects.toBe(reason);
  });

  it.each([
    [404, '8522'],
    [400, '8501'],
    [400, '8528'],
    [400, '8585'],
  ])('takes %i/%s for a call that is gone', async (status, code) => {
    acs.respond({ status, json: { error: { code, message: 'Call not found.' } } });
    expect(await control.hangUp(connectionId, signal)).toBe('gone');
    expect(await control.transfer(transfer, signal)).toBe('gone');
  });

  it.each([
    [405, '8522', false],
    [403, '7507', false],
    [409, '8607', false],
    [429, '8516', true],
  ])('says of %i/%s whether it may pass', async (status, code, retryable) => {
    acs.respond({ status, json: { error: { code, message: 'no' } } });
    await expect(control.transfer(transfer, signal)).rejects.toMatchObject({ status, code, retryable });
  });

  it('does not take an answer without a connection id for one', async () => {
    acs.respond({ status: 200, json: {} });
    await expect(control.answer(answer, signal)).rejects.toMatchObject({ port: 'call-control', retryable: false });
  });
});
