import { describe, expect, it } from 'vitest';
import { callIdentity } from '#adapters/call-automation/call-identity';
import { parseIncomingCall } from '#adapters/call-automation/incoming-call';
import { firstState } from '#core/call/transition';
import { PortError } from '#core/ports/error';
import { handleCallEvents } from '../../../functions/app/call-events.ts';
import { handleIncomingCall } from '../../../functions/app/incoming-call.ts';
import { handleWatchdog } from '../../../functions/app/watchdog.ts';
import {
  callbackRequest,
  functionServices,
  incomingCallEvent,
  type TestServices,
} from '../../support/function-services.ts';
import { connectionId, offer } from '../../support/offered-call.ts';

const { callId } = callIdentity(offer.correlationId);
const { signal } = new AbortController();
const row = (services: TestServices) => services.calls.rows.get(callId)?.state;
const taken = (): PortError =>
  new PortError('call-control', 'answer: 404/8522', { retryable: false, status: 404, code: '8522' });
const unsure = (): PortError => new PortError('call-control', 'answer: no answer within 5000 ms', { retryable: true });

/** A process made the row and died before the answer. */
async function leftBehind(): Promise<TestServices> {
  const services = functionServices();
  const incoming = parseIncomingCall(incomingCallEvent(), services.clock.now(), new Map());
  if (incoming.kind !== 'offer') throw new Error('The event of the tests is an offer');
  await services.calls.create(firstState(incoming.offer), signal);
  return services;
}

describe('a call whose process died between the row and the answer', () => {
  it('is answered by the next delivery', async () => {
    const services = await leftBehind();
    await services.clock.sleep(10_000);
    await handleIncomingCall(incomingCallEvent(), services);
    expect(services.control.operations()).toEqual(['answer']);
    expect(row(services)).toMatchObject({ phase: 'answered' });
    expect(services.scheduled).toEqual([callId]);
  });

  it('is left to its process while that may be at work', async () => {
    const services = await leftBehind();
    await handleIncomingCall(incomingCallEvent(), services);
    expect(services.control.operations()).toEqual([]);
  });

  it('is left alone by both when the process was only slow: the front takes one answer', async () => {
    const services = await leftBehind();
    await services.clock.sleep(10_000);
    services.control.fail('answer', taken());
    await handleIncomingCall(incomingCallEvent(), services);
    expect(services.control.operations()).toEqual(['answer']);
    expect(row(services)).toMatchObject({ phase: 'offered' });
    await handleCallEvents(callbackRequest(callId, services.clock.now(), 'CallConnected'), services);
    expect(row(services)).toMatchObject({ phase: 'connected', connectionId });
  });

  it('is over when nothing is heard of it by the end of the ring', async () => {
    const services = await leftBehind();
    await handleWatchdog({ callId }, services);
    expect([row(services)?.phase, services.scheduled]).toEqual(['offered', [callId]]);
    await services.clock.sleep(60_000);
    await handleWatchdog({ callId }, services);
    expect(row(services)).toMatchObject({ phase: 'ended', outcome: { kind: 'unreported' } });
    expect(services.scheduled).toEqual([callId]);
  });
});

describe('an answer whose response was lost', () => {
  it('and which was taken: the second try is refused, and the caller is neither redirected nor given up', async () => {
    const services = functionServices();
    services.control.fail('answer', unsure(), taken());
    await handleIncomingCall(incomingCallEvent(), services);
    expect(services.control.operations()).toEqual(['answer', 'answer']);
    expect(row(services)).toMatchObject({ phase: 'offered' });
    await handleCallEvents(callbackRequest(callId, services.clock.now(), 'CallConnected'), services);
    expect(row(services)).toMatchObject({ phase: 'connected' });
  });

  it('and which everybody gave up: the caller who is connected after all is looked after', async () => {
    const services = functionServices();
    services.control.fail('answer', ...Array.from({ length: 50 }, unsure));
    services.control.fail(
      'redirect',
      new PortError('call-control', 'redirect: 403', { retryable: false, status: 403 }),
    );
    await handleIncomingCall(incomingCallEvent(), services);
    expect(row(services)).toMatchObject({ phase: 'ended', outcome: { kind: 'answer-failed' } });
    const before = services.scheduled.length;
    await handleCallEvents(callbackRequest(callId, services.clock.now(), 'CallConnected'), services);
    expect(row(services)).toMatchObject({ phase: 'connected' });
    expect(services.scheduled.length).toBe(before + 1);
    await handleWatchdog({ callId }, services);
    expect(services.control.operations().at(-1)).toBe('transfer');
  });

  it('and the redirect is refused because it was answered: nothing is concluded from that', async () => {
    const services = functionServices();
    services.control.fail('answer', ...Array.from({ length: 50 }, unsure));
    services.control.fail('redirect', taken());
    await handleIncomingCall(incomingCallEvent(), services);
    expect(row(services)).toMatchObject({ phase: 'offered' });
  });
});
