import { beforeEach, describe, expect, it, vi } from 'vitest';
import { nothingUnfinished } from '#core/conversation/unfinished';
import type { CallId } from '#core/ids';
import { unknownCaller } from '#core/identity/caller-identity';
import { PortError } from '#core/ports/error';
import type { SessionRecord, StoredSession } from '#core/ports/session-store';
import { handleCallEvents, type CallbackRequest } from '../../../functions/app/call-events.ts';
import { handleIncomingCall } from '../../../functions/app/incoming-call.ts';
import { handleWatchdog } from '../../../functions/app/watchdog.ts';
import {
  callbackRequest,
  functionServices,
  incomingCallEvent,
  type TestServices,
} from '../../support/function-services.ts';

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

  it('leaves a caller alone whose stream was lost a moment ago and is coming back, and looks again', async () => {
    const stored: StoredSession = { record: sessionAt({ kind: 'listening' }), ownership: 'held' };
    services = functionServices({ sessions: { load: () => Promise.resolve(stored) } });
    await handleIncomingCall(incomingCallEvent(), services);
    await deliver(callback('CallConnected'));
    await deliver(callback('MediaStreamingStarted'));
    await deliver(callback('MediaStreamingFailed', lostStream));
    services.control.sees('silent');
    const before = services.scheduled.length;
    await handleWatchdog({ callId }, services);
    expect(done()).toEqual(['startMedia']);
    expect(services.scheduled).toHaveLength(before + 1);
    await services.clock.sleep(2 * services.watchdogMs);
    await handleWatchdog({ callId }, services);
    expect(done()).toEqual(['startMedia', 'transfer']);
  });

  it('lets a caller whom no bridge ever had wait no longer because the stream was asked for again', async () => {
    await deliver(callback('CallConnected'));
    await deliver(callback('MediaStreamingFailed', lostStream));
    services.control.sees('silent');
    await handleWatchdog({ callId }, services);
    expect(done()).toEqual(['startMedia', 'transfer']);
  });

  it('waits for a stream that was asked for again when nobody can say whether a bridge had the caller', async () => {
    services = functionServices({ sessions: { load: () => Promise.reject(new Error('down')) } });
    await handleIncomingCall(incomingCallEvent(), services);
    await deliver(callback('CallConnected'));
    await deliver(callback('MediaStreamingFailed', lostStream));
    services.control.sees('silent');
    await handleWatchdog({ callId }, services);
    expect(done()).toEqual(['startMedia']);
  });

  it('leaves it to a report that is on its way to say how a call has ended', async () => {
    services.control.sees('gone');
    await deliver(callback('CallConnected'));
    const sleep = services.clock.sleep.bind(services.clock);
    const late = vi.spyOn(services.clock, 'sleep').mockImplementationOnce(async (ms, signal) => {
      await deliver(callback('CallDisconnected', { resultInformation: { code: 200, subCode: 540000 } }));
      await sleep(ms, signal);
    });
    await handleWatchdog({ callId }, services);
    expect(late).toHaveBeenCalledOnce();
    expect(services.calls.rows.get(callId)?.state).toMatchObject({ outcome: { kind: 'caller-hung-up' } });
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
    services.control.fail('transfer', refused(), refused(), refused());
    services.control.fail('playText', refused());
    services.control.fail('hangUp', refused(), refused());
    await deliver(callback('CallConnected'));
    for (let looks = 0; looks < 3; looks += 1) {
      await handleWatchdog({ callId }, services);
      await services.clock.sleep(11_000);
    }
    expect(done()).toEqual(['transfer', 'transfer', 'transfer', 'playText', 'hangUp', 'hangUp', 'hangUp']);
  });

  it.each([429, 503])('asks a front that is busy (%i) for the person again before it gives up', async (status) => {
    const busy = (): PortError => new PortError('call-control', `transfer: ${status}`, { retryable: true, status });
    services.control.fail('transfer', busy(), busy());
    await deliver(callback('CallConnected'));
    await handleWatchdog({ callId }, services);
    expect(done()).toEqual(['transfer', 'transfer', 'transfer']);
    expect(services.calls.rows.get(callId)?.state).toMatchObject({ transfer: { result: { kind: 'under-way' } } });
  });

  it('does not hang up on a caller for whom it may ring: a transfer without an answer is left under way', async () => {
    const noAnswer = new PortError('call-control', 'transfer: no answer within 4000 ms', { retryable: true });
    services.control.fail('transfer', noAnswer);
    await deliver(callback('CallConnected'));
    await handleWatchdog({ callId }, services);
    expect(done()).toEqual(['transfer']);
    expect(services.calls.rows.get(callId)?.state).toMatchObject({ transfer: { result: { kind: 'under-way' } } });
    await services.clock.sleep(71_000);
    await handleWatchdog({ callId }, services);
    expect(done()).toEqual(['transfer', 'playText']);
  });

  it('asks for the person within seconds when the process that was about to has died', async () => {
    await deliver(callback('CallConnected'));
    services.control.fail('transfer', new Error('the process ends here'));
    await handleWatchdog({ callId }, services);
    expect(services.calls.rows.get(callId)?.state).toMatchObject({ transfer: { result: { kind: 'under-way' } } });
    await services.clock.sleep(16_000);
    await handleWatchdog({ callId }, services);
    expect(done()).toEqual(['transfer', 'transfer']);
    await services.clock.sleep(16_000);
    await handleWatchdog({ callId }, services);
    expect(done()).toEqual(['transfer', 'transfer']);
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

function sessionAt(stage: SessionRecord['unfinished']['stage']): SessionRecord {
  return {
    callId,
    agent: 'card-services',
    language: 'en-US',
    turns: [],
    incidents: [],
    identity: unknownCaller,
    packet: undefined,
    unfinished: { ...nothingUnfinished, stage },
  };
}

describe('a media stream that a bridge has given up because the front does not end the call for it', () => {
  beforeEach(async () => {
    const stored: StoredSession = { record: sessionAt({ kind: 'leaving' }), ownership: 'released' };
    services = functionServices({ sessions: { load: () => Promise.resolve(stored) } });
    await handleIncomingCall(incomingCallEvent(), services);
    await deliver(callback('CallConnected'));
    await deliver(callback('MediaStreamingStarted'));
  });

  it('is not asked for again: the call is ended, and looked at until it has', async () => {
    const before = services.scheduled.length;
    services.control.fail('hangUp', new PortError('call-control', 'hang-up: 503', { retryable: true, status: 503 }));
    await deliver(callback('MediaStreamingFailed', lostStream));
    expect([done(), services.scheduled.length]).toEqual([['hangUp'], before + 1]);
    services.control.sees('streaming');
    await services.clock.sleep(11_000);
    await handleWatchdog({ callId }, services);
    expect([done(), services.scheduled.length]).toEqual([['hangUp', 'hangUp'], before + 2]);
    await deliver(callback('CallDisconnected', { resultInformation: { code: 200, subCode: 7000 } }));
    expect(services.calls.rows.get(callId)?.state).toMatchObject({ phase: 'ended', outcome: { kind: 'agent-ended' } });
  });

  it('is not asked for again either by a look, when nobody told that it is gone', async () => {
    services.control.sees('silent');
    await services.clock.sleep(60_000);
    await handleWatchdog({ callId }, services);
    expect(done()).toEqual(['hangUp']);
  });
});

describe('a media stream that a bridge has given up for another to take', () => {
  it('is asked for again however often that happens, and the first real loss after it too', async () => {
    let ownership: StoredSession['ownership'] = 'released';
    services = functionServices({
      sessions: { load: () => Promise.resolve({ record: sessionAt({ kind: 'listening' }), ownership }) },
    });
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

  it('is waited for by a look that comes before the new stream', async () => {
    const stored: StoredSession = { record: sessionAt({ kind: 'listening' }), ownership: 'released' };
    services = functionServices({ sessions: { load: () => Promise.resolve(stored) } });
    await handleIncomingCall(incomingCallEvent(), services);
    await deliver(callback('CallConnected'));
    await deliver(callback('MediaStreamingStarted'));
    await deliver(callback('MediaStreamingFailed', lostStream));
    services.control.sees('silent');
    const before = services.scheduled.length;
    await handleWatchdog({ callId }, services);
    expect([phase(), done(), services.scheduled.length]).toEqual(['connected', ['startMedia'], before + 1]);
    await services.clock.sleep(2 * services.watchdogMs);
    await handleWatchdog({ callId }, services);
    expect(done()).toEqual(['startMedia', 'transfer']);
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
