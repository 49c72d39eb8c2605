import { beforeEach, describe, expect, it } from 'vitest';
import type { CallId } from '#core/ids';
import { PortError } from '#core/ports/error';
import { handleCallEvents, type CallbackRequest } from '../../../functions/app/call-events.ts';
import { handleIncomingCall } from '../../../functions/app/incoming-call.ts';
import { handleWatchdog } from '../../../functions/app/watchdog.ts';
import {
  agent,
  callbackRequest,
  functionServices,
  incomingCallEvent,
  queueOfPeople,
  type TestServices,
} from '../../support/function-services.ts';
import { connectionId } from '../../support/offered-call.ts';
import { agentWith, english, onlyAgent, packs } from '../../support/turn-play.ts';

let services: TestServices;
let callId: CallId;
beforeEach(async () => {
  services = functionServices();
  await handleIncomingCall(incomingCallEvent(), services);
  callId = [...services.calls.rows.values()][0]!.state.offer.callId;
});

let laterMs = 0;
const callback = (type: string, data?: Record<string, unknown>, envelope?: Record<string, unknown>): CallbackRequest =>
  callbackRequest(callId, services.clock.now() + (laterMs += 10), type, data, envelope);
const deliver = (request: CallbackRequest): Promise<number> => handleCallEvents(request, services);
const lostStream = { mediaStreamingUpdate: { mediaStreamingStatusDetails: 'streamConnectionInterrupted' } };
const phase = (): string | undefined => services.calls.rows.get(callId)?.state.phase;
const done = (): readonly string[] => services.control.operations().slice(1);

describe('callbacks of a call', () => {
  it('follow it to its end', async () => {
    expect(await deliver(callback('CallConnected'))).toBe(200);
    expect(phase()).toBe('connected');
    await deliver(callback('MediaStreamingStarted'));
    expect(phase()).toBe('talking');
    await deliver(callback('CallDisconnected', { resultInformation: { code: 200, subCode: 540_000 } }));
    expect(services.calls.rows.get(callId)?.state).toMatchObject({
      phase: 'ended',
      outcome: { kind: 'caller-hung-up' },
    });
    expect(services.lines.at(-1)).toMatchObject({ msg: 'call ended', callId });
    expect(done()).toEqual([]);
  });

  it('leave nobody in silence when nothing is heard of the stream that was asked for again, nor of the transfer after it', async () => {
    await deliver(callback('CallConnected'));
    await deliver(callback('MediaStreamingStarted'));
    await deliver(callback('MediaStreamingFailed', lostStream));
    expect(services.scheduled).toEqual([callId, callId]);
    await services.clock.sleep(9_000);
    await handleWatchdog({ callId }, services);
    expect(done()).toEqual(['startMedia', 'transfer']);
    expect(services.scheduled).toEqual([callId, callId, callId]);
    await services.clock.sleep(71_000);
    await handleWatchdog({ callId }, services);
    expect(done()).toEqual(['startMedia', 'transfer', 'playText']);
  });

  it('ask for the stream again when it is lost, and bring the caller to a person when it is lost again', async () => {
    await deliver(callback('CallConnected'));
    await deliver(callback('MediaStreamingStarted'));
    await deliver(callback('MediaStreamingFailed', lostStream));
    expect(done()).toEqual(['startMedia']);
    await deliver(callback('MediaStreamingFailed', lostStream));
    expect(done()).toEqual(['startMedia', 'transfer']);
    expect(services.control.asked.at(-1)?.request).toMatchObject({
      target: queueOfPeople,
      connectionId,
      callerId: undefined,
      headers: { prefix: 'X-' },
    });
  });

  it('take the lost stream for lost again when the front does not start it', async () => {
    services.control.fail(
      'startMedia',
      new PortError('call-control', 'start-media: 500', { retryable: true, status: 500 }),
    );
    await deliver(callback('CallConnected'));
    await deliver(callback('MediaStreamingFailed', lostStream));
    expect(done()).toEqual(['startMedia', 'transfer']);
  });

  it('end with the failure message when no person can be reached', async () => {
    services.control.fail(
      'transfer',
      new PortError('call-control', 'transfer: 403', { retryable: false, status: 403, code: '7507' }),
    );
    await deliver(callback('CallConnected'));
    await handleWatchdog({ callId }, services);
    expect(done()).toEqual(['transfer', 'playText']);
    const { playId } = services.control.asked.at(-1)!.request as { playId: string };
    expect(services.control.asked.at(-1)?.request).toMatchObject({
      text: packs.get('en')?.texts.failureMessage,
      voice: agent.languages[0]?.voice,
    });
    await deliver(callback('PlayCompleted', { operationContext: playId }));
    expect(done()).toEqual(['transfer', 'playText', 'hangUp']);
  });

  it('speak and write of the language the IVR named when the agent never came to speak', async () => {
    const spanish = { ...english({ language: 'es-US', voice: 'es-US-PalomaNeural' }), texts: {} };
    const bilingual = agentWith({ languages: [english(), spanish], languageFrom: { header: 'language' } });
    services = functionServices({ agents: onlyAgent(bilingual) });
    const customContext = { sipHeaders: { 'X-Language': 'Spanish' }, voipHeaders: {} };
    await handleIncomingCall(incomingCallEvent({ customContext }), services);
    callId = [...services.calls.rows.values()][0]!.state.offer.callId;
    const refused = new PortError('call-control', 'transfer: 403', { retryable: false, status: 403, code: '7507' });
    services.control.fail('transfer', refused);
    await deliver(callback('CallConnected'));
    await handleWatchdog({ callId }, services);
    const [transfer, play] = services.control.asked.slice(-2);
    expect(JSON.stringify(transfer?.request)).toContain('language=es-US');
    expect(play?.request).toMatchObject({
      text: packs.get('es')?.texts.failureMessage,
      voice: 'es-US-PalomaNeural',
    });
  });

  it('hang up when the failure message cannot be played', async () => {
    const refused = new PortError('call-control', 'play: 405', { retryable: false, status: 405, code: '8522' });
    services.control.fail('transfer', refused);
    services.control.fail('playText', refused);
    await deliver(callback('CallConnected'));
    await handleWatchdog({ callId }, services);
    expect(done()).toEqual(['transfer', 'playText', 'hangUp']);
  });

  it('do not hang up because something else was played', async () => {
    await deliver(callback('CallConnected'));
    await deliver(callback('PlayCompleted', { operationContext: 'greeting' }));
    expect(done()).toEqual([]);
  });

  it('change nothing when they are delivered again', async () => {
    await deliver(callback('CallConnected'));
    const lost = callback('MediaStreamingFailed', lostStream);
    for (let times = 0; times < 4; times += 1) expect(await deliver(lost)).toBe(200);
    await handleCallEvents(lost, { ...services, recentIds: functionServices().recentIds });
    expect(done()).toEqual(['startMedia']);
  });

  it('put the keys they tell of into the row, each once, and nobody is asked for them where they come with the audio', async () => {
    await deliver(callback('CallConnected'));
    const tone = (sequenceId: number, tone: string): CallbackRequest =>
      callback('ContinuousDtmfRecognitionToneReceived', { sequenceId, tone });
    const [first, second] = [tone(1, 'one'), tone(2, 'asterisk')];
    for (const request of [second, first, second]) await deliver(request);
    await handleCallEvents(first, { ...services, recentIds: functionServices().recentIds });
    expect(services.calls.rows.get(callId)?.state).toMatchObject({
      keys: [
        { sequenceId: 1, key: '1' },
        { sequenceId: 2, key: '*' },
      ],
    });
    expect(done()).toEqual([]);
  });

  it.each(['events', 'both'] as const)('ask for the keys once, where they are taken from %s', async (keySource) => {
    for (const type of ['CallConnected', 'MediaStreamingStarted', 'CallConnected']) {
      await handleCallEvents(callback(type), { ...services, keySource });
    }
    expect(done()).toEqual(['listenForKeys']);
    expect(services.control.asked.at(-1)?.request).toEqual({
      id: connectionId,
      caller: { kind: 'number', number: '+14255550100' },
    });
  });

  it('go on when the front refuses to tell of keys', async () => {
    services.control.fail('listenForKeys', new PortError('call-control', 'no: 403', { retryable: false, status: 403 }));
    const both = { ...services, keySource: 'both' as const };
    expect(await handleCallEvents(callback('CallConnected'), both)).toBe(200);
    expect(services.lines.at(-1)).toMatchObject({ msg: 'call command failed', command: 'listen-for-keys' });
    await handleCallEvents(callback('MediaStreamingStarted'), both);
    expect(phase()).toBe('talking');
  });

  it('note that the front lost a key', async () => {
    await deliver(callback('ContinuousDtmfRecognitionToneFailed'));
    expect(services.lines.at(-1)).toMatchObject({ msg: 'keys not reported' });
  });

  it('of a type nobody knows are acknowledged and counted', async () => {
    expect(await deliver(callback('CallLevitated'))).toBe(200);
    expect(services.lines.at(-1)).toMatchObject({ msg: 'callback of unknown type', eventType: 'CallLevitated' });
  });

  it('are delivered again when the row could not be written', async () => {
    const request = callback('CallConnected');
    const error = new PortError('call-store', 'load: 503', { retryable: true });
    const broken = { ...services, calls: { ...services.calls, load: () => Promise.reject(error) } };
    await expect(handleCallEvents(request, broken)).rejects.toBe(error);
    expect(await deliver(request)).toBe(200);
    expect(phase()).toBe('connected');
  });

  it.each([
    ['fails', 'load', 500, 200],
    ['succeeds', undefined, 200, 200],
  ] as const)('that come again while the first try is slow are done once it %s', async (_, fails, first, second) => {
    const request = callback('CallConnected');
    const { promise: slow, resolve: letGo } = Promise.withResolvers<undefined>();
    let loads = 0;
    const calls = {
      ...services.calls,
      load: async (...args: Parameters<typeof services.calls.load>) => {
        loads += 1;
        if (loads > 1) return services.calls.load(...args);
        await slow;
        if (fails === undefined) return services.calls.load(...args);
        throw new PortError('call-store', 'load: 503', { retryable: true });
      },
    };
    const tries = [1, 2].map(() => handleCallEvents(request, { ...services, calls }).catch(() => 500));
    // Both have come as far as they can.
    await new Promise((resolve) => setImmediate(resolve));
    expect(loads).toBe(1);
    letGo(undefined);
    expect(await Promise.all(tries)).toEqual([first, second]);
    expect([phase(), loads]).toEqual(['connected', fails === undefined ? 1 : 2]);
  });

  it('that lose a race are decided again', async () => {
    await Promise.all(
      ['CallConnected', 'MediaStreamingStarted', 'ParticipantsUpdated'].map((type) => deliver(callback(type))),
    );
    expect(phase()).toBe('talking');
  });
});

describe('a callback that is not allowed', () => {
  it.each<[string, number, Partial<CallbackRequest>, 'missing' | 'wrong-audience' | 'keys-unavailable' | undefined]>([
    ['has no ticket', 401, { ticket: null }, undefined],
    ['has a ticket of another call', 401, { callId: 'c-ffffffffffffffffffffffff' }, undefined],
    ['names no call', 401, { callId: '../health' }, undefined],
    ['has no token', 401, { authorization: undefined }, 'missing'],
    ['has a token for somebody else', 401, {}, 'wrong-audience'],
    ['cannot be checked', 503, {}, 'keys-unavailable'],
  ])('because it %s changes nothing', async (_, status, change, reason) => {
    const before = services.calls.rows.get(callId);
    const validateToken = () =>
      Promise.resolve(reason === undefined ? ({ valid: true } as const) : ({ valid: false, reason } as const));
    let bodyWasRead = false;
    const request: CallbackRequest = {
      ...callback('CallConnected'),
      readBody: () => {
        bodyWasRead = true;
        return Promise.resolve('[]');
      },
      ...change,
    };
    expect(await handleCallEvents(request, { ...services, validateToken })).toBe(status);
    expect(services.calls.rows.get(callId)).toBe(before);
    expect(bodyWasRead).toBe(false);
  });

  it.each([['{'], ['"x"'], [''], ['[1]']])('because its body is %j is answered 400', async (body) => {
    expect(await deliver({ ...callback('CallConnected'), readBody: () => Promise.resolve(body) })).toBe(400);
  });
});
