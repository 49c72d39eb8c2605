import { beforeEach, describe, expect, it } from 'vitest';
import { nothingUnfinished } from '#core/conversation/unfinished';
import type { CallId } from '#core/ids';
import { PortError } from '#core/ports/error';
import type { SessionRecord, SessionStore, StoredSession } from '#core/ports/session-store';
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
import { connectionId, offer } from '../../support/offered-call.ts';
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

  describe('that fails in the middle of a conversation', () => {
    const spanish = { ...english({ language: 'es-US', voice: 'es-US-PalomaNeural' }), texts: {} };
    const record: SessionRecord = {
      callId: offer.callId,
      agent: 'card-services',
      language: 'es-US',
      turns: [{ by: 'caller', text: 'Quiero reclamar un cargo.', atMs: 1, confidence: 1 }],
      incidents: [],
      identity: { kind: 'claimed', by: 'words', customer: { id: 'C-2002', name: 'Ada', facts: {} } },
      packet: undefined,
      unfinished: nothingUnfinished,
    };
    const failing = async (sessions: Pick<SessionStore, 'load'>): Promise<void> => {
      services = functionServices({ agents: onlyAgent(agentWith({ languages: [english(), spanish] })), sessions });
      await handleIncomingCall(incomingCallEvent(), services);
      services.control.fail('transfer', new PortError('call-control', '403', { retryable: false, status: 403 }));
      await deliver(callback('CallConnected'));
      await handleWatchdog({ callId }, services);
    };
    const stored = (session: SessionRecord): Promise<StoredSession> =>
      Promise.resolve({ record: session, ownership: 'held' });

    it('go to the person with what the session knew, and the apology is in the language spoken last', async () => {
      await failing({ load: () => stored(record) });
      const [transfer, play] = services.control.asked.slice(-2);
      const headers = JSON.stringify(transfer?.request);
      expect(headers).toContain('C-2002');
      expect(headers).toContain('reclamar');
      expect(headers).toContain('es-US');
      expect(headers).toContain('failure');
      expect(play?.request).toMatchObject({
        text: packs.get('es')?.texts.failureMessage,
        voice: 'es-US-PalomaNeural',
      });
    });

    it('take what the bridge had prepared for the person', async () => {
      const packet = {
        contextId: offer.contextId,
        reason: 'caller-asked',
        intent: 'dispute a charge',
        summary: 'Disputes 42 dollars of a shop in Reno.',
        sentiment: 'negative',
        language: 'es-US',
        verified: false,
        customerId: 'C-2002',
      } as const;
      await failing({ load: () => stored({ ...record, packet }) });
      expect(JSON.stringify(services.control.asked.at(-2)?.request)).toMatch(/Reno/);
    });

    it.each<[string, () => Promise<StoredSession | undefined>]>([
      ['cannot be read', () => Promise.reject(new Error('storage is down'))],
      ['is of another version', () => Promise.resolve({ record: {}, ownership: 'held' } as unknown as StoredSession)],
      ['is not there', () => Promise.resolve(undefined)],
    ])('go to the person although their session %s', async (_, load) => {
      await failing({ load });
      expect(done()).toEqual(['transfer', 'playText']);
      expect(JSON.stringify(services.control.asked.at(-2)?.request)).toContain('C-1001');
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

describe('the watchdog', () => {
  it('brings a caller nobody talks to to a person', async () => {
    await handleWatchdog({ callId }, services);
    expect(done()).toEqual(['transfer']);
  });

  it('leaves a caller alone who is being talked to', async () => {
    await deliver(callback('CallConnected'));
    await deliver(callback('MediaStreamingStarted'));
    services.control.sees('streaming');
    await handleWatchdog({ callId }, services);
    expect(done()).toEqual([]);
  });

  it('goes on looking until the call has ended', async () => {
    services.control.sees('streaming');
    await deliver(callback('CallConnected'));
    await deliver(callback('MediaStreamingStarted'));
    for (let looks = 0; looks < 3; looks += 1) await handleWatchdog({ callId }, services);
    expect(services.scheduled).toHaveLength(4);
    services.control.sees('gone');
    await handleWatchdog({ callId }, services);
    await handleWatchdog({ callId }, services);
    expect(services.scheduled).toHaveLength(4);
    expect(services.calls.rows.get(callId)?.state).toMatchObject({
      phase: 'ended',
      outcome: { kind: 'unreported' },
      source: 'inference',
    });
    expect(done()).toEqual([]);
  });

  it.each(['answered', 'connected'])('learns from the front that the agent talks, while %s', async (before) => {
    if (before === 'connected') await deliver(callback('CallConnected'));
    expect(phase()).toBe(before);
    services.control.sees('streaming');
    await handleWatchdog({ callId }, services);
    expect([phase(), done()]).toEqual(['talking', []]);
  });

  it('asks again for a stream that was lost without a word, and believes a front that has it', async () => {
    await deliver(callback('CallConnected'));
    await deliver(callback('MediaStreamingStarted'));
    await handleWatchdog({ callId }, services);
    const running = { retryable: false, status: 400, code: '8500' };
    services.control.fail('startMedia', new PortError('call-control', 'start-media: 400/8500', running));
    await handleWatchdog({ callId }, services);
    expect([phase(), done()]).toEqual(['talking', ['startMedia', 'startMedia']]);
  });

  it('brings the caller to a person when that stream is refused', async () => {
    await deliver(callback('CallConnected'));
    await deliver(callback('MediaStreamingStarted'));
    const refused = (): PortError =>
      new PortError('call-control', 'start-media: 500', { retryable: true, status: 500 });
    services.control.fail('startMedia', refused(), refused());
    await services.clock.sleep(60_000);
    await handleWatchdog({ callId }, services);
    expect(done()).toEqual(['startMedia', 'startMedia', 'transfer']);
  });

  it('acts on what it knows when the front cannot be asked', async () => {
    await deliver(callback('CallConnected'));
    services.control.fail('look', new PortError('call-control', 'look: 503', { retryable: true, status: 503 }));
    await handleWatchdog({ callId }, services);
    expect(done()).toEqual(['transfer']);
  });

  it('hangs up again when the front did not', async () => {
    const refused = (): PortError => new PortError('call-control', '500', { retryable: true, status: 500 });
    services.control.fail('transfer', refused());
    services.control.fail('playText', refused());
    services.control.fail('hangUp', refused(), refused());
    await deliver(callback('CallConnected'));
    for (let looks = 0; looks < 3; looks += 1) {
      await handleWatchdog({ callId }, services);
      await services.clock.sleep(11_000);
    }
    expect(done()).toEqual(['transfer', 'playText', 'hangUp', 'hangUp', 'hangUp']);
  });

  it('gives up a call of which nothing was heard for a day', async () => {
    await deliver(callback('CallConnected'));
    await deliver(callback('MediaStreamingStarted'));
    await services.clock.sleep(25 * 60 * 60_000);
    services.control.fail('look', new PortError('call-control', 'look: 503', { retryable: true, status: 503 }));
    await handleWatchdog({ callId }, services);
    expect(phase()).toBe('ended');
  });

  it('notes a message it cannot read', async () => {
    await handleWatchdog('bark', services);
    expect(services.lines.at(-1)).toMatchObject({ msg: 'watchdog message unreadable' });
  });

  it('knows that a call may be unknown', async () => {
    await handleWatchdog({ callId: 'c-ffffffffffffffffffffffff' }, services);
    expect(services.lines.at(-1)).toMatchObject({ msg: 'call unknown' });
  });
});

describe('a media stream that a bridge has given up for another to take', () => {
  it('is asked for again however often that happens, and the first real loss after it too', async () => {
    const record = {} as SessionRecord;
    let ownership: StoredSession['ownership'] = 'released';
    services = functionServices({ sessions: { load: () => Promise.resolve({ record, ownership }) } });
    await handleIncomingCall(incomingCallEvent(), services);
    await deliver(callback('CallConnected'));
    await deliver(callback('MediaStreamingStarted'));
    for (let moves = 0; moves < 3; moves += 1) {
      await deliver(callback('MediaStreamingFailed', lostStream));
      await deliver(callback('MediaStreamingStarted'));
    }
    ownership = 'held';
    await deliver(callback('MediaStreamingFailed', lostStream));
    expect(done()).toEqual(['startMedia', 'startMedia', 'startMedia', 'startMedia']);
    await deliver(callback('MediaStreamingFailed', lostStream));
    expect(done().at(-1)).toBe('transfer');
  });

  it('counts as lost when the session row cannot be read', async () => {
    services = functionServices({ sessions: { load: () => Promise.reject(new Error('down')) } });
    await handleIncomingCall(incomingCallEvent(), services);
    await deliver(callback('CallConnected'));
    await deliver(callback('MediaStreamingStarted'));
    await deliver(callback('MediaStreamingFailed', lostStream));
    await deliver(callback('MediaStreamingFailed', lostStream));
    expect(done()).toEqual(['startMedia', 'transfer']);
  });
});
