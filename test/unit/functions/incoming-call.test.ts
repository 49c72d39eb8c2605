import { describe, expect, it } from 'vitest';
import { PortError } from '#core/ports/error';
import { handleIncomingCall } from '../../../functions/app/incoming-call.ts';
import {
  admissionBy,
  agent,
  functionServices,
  incomingCallEvent,
  queueOfPeople,
  type TestServices,
} from '../../support/function-services.ts';
import { offer } from '../../support/offered-call.ts';
import { agentWith, onlyAgent } from '../../support/turn-play.ts';

const passing = (): PortError => new PortError('call-control', 'answer: 503', { retryable: true, status: 503 });
const lasting = (): PortError =>
  new PortError('call-control', 'answer: 403', { retryable: false, status: 403, code: '7507' });
const row = (services: TestServices) => [...services.calls.rows.values()][0]?.state;

describe('somebody calls', () => {
  it('and is answered, with a watchdog set', async () => {
    const services = functionServices();
    await handleIncomingCall(incomingCallEvent(), services);
    expect(services.control.operations()).toEqual(['answer']);
    const { callId } = row(services)!.offer;
    expect(services.control.asked[0]?.request).toEqual({
      incomingCallContext: 'eyJhbGciOiJub25lIn0.opaque.',
      callbackUri: `https://app/api/calls/${callId}/events?ticket=t`,
      mediaUri: `wss://bridge/media/${callId}?ticket=t`,
    });
    expect(row(services)).toMatchObject({ phase: 'answered' });
    expect(services.scheduled).toEqual([callId]);
    expect(services.lines.map(({ msg }) => msg)).toEqual(['call offered', 'call moved']);
  });

  it('and is answered once when the event comes twice', async () => {
    const services = functionServices();
    await Promise.all([1, 2, 3].map(() => handleIncomingCall(incomingCallEvent(), services)));
    await handleIncomingCall(incomingCallEvent(), services);
    expect(services.control.operations()).toEqual(['answer']);
  });

  it('and is answered although the front stumbles twice', async () => {
    const services = functionServices();
    services.control.fail('answer', passing(), passing());
    await handleIncomingCall(incomingCallEvent(), services);
    expect(services.control.operations()).toEqual(['answer', 'answer', 'answer']);
    expect(row(services)).toMatchObject({ phase: 'answered' });
  });

  it('and goes to the people when the front does not answer in time', async () => {
    const services = functionServices();
    services.control.fail('answer', ...Array.from({ length: 50 }, passing));
    await handleIncomingCall(incomingCallEvent(), services);
    expect(services.control.operations().at(-1)).toBe('redirect');
    expect(services.control.operations().length).toBeLessThan(12);
    expect(row(services)).toMatchObject({ phase: 'ended', outcome: { kind: 'redirected', target: queueOfPeople } });
  });

  it('and goes to the people at once when the front refuses for good', async () => {
    const services = functionServices();
    services.control.fail('answer', lasting());
    await handleIncomingCall(incomingCallEvent(), services);
    expect(services.control.operations()).toEqual(['answer', 'redirect']);
  });

  it('whose caller gave up while it rang is abandoned, and troubles nobody', async () => {
    const services = functionServices();
    const gone = new PortError('call-control', 'answer: 404/8522', { retryable: false, status: 404, code: '8522' });
    services.control.fail('answer', gone);
    await handleIncomingCall(incomingCallEvent(), services);
    expect(services.control.operations()).toEqual(['answer']);
    expect(row(services)).toMatchObject({ phase: 'ended', outcome: { kind: 'abandoned' } });
  });

  it('and can neither be answered nor redirected: the row and the log say so', async () => {
    const services = functionServices();
    services.control.fail('answer', lasting());
    services.control.fail('redirect', lasting());
    await handleIncomingCall(incomingCallEvent(), services);
    expect(row(services)).toMatchObject({
      phase: 'ended',
      outcome: { kind: 'answer-failed', code: 403, subCode: 7507 },
    });
    expect(services.lines.map(({ msg }) => msg)).toContain('call neither answered nor redirected');
  });

  it('and the response to the answer is lost: what the callback said stands, nothing is sent to the people', async () => {
    const services = functionServices();
    const answer = services.control.answer.bind(services.control);
    const lost = {
      ...services,
      control: {
        ...services.control,
        answer: async (...request: Parameters<typeof answer>) => {
          const connectionId = await answer(...request);
          const [stored] = services.calls.rows.values();
          await services.calls.replace(
            stored!,
            { phase: 'answered', offer: stored!.state.offer, connectionId },
            request[1],
          );
          throw passing();
        },
      },
    };
    await handleIncomingCall(incomingCallEvent(), lost);
    expect(services.control.operations()).toEqual(['answer']);
  });

  it('and the watchdog cannot be set: the call goes on', async () => {
    const services = functionServices({ watchdog: { schedule: () => Promise.reject(new Error('queue is down')) } });
    await handleIncomingCall(incomingCallEvent(), services);
    expect(row(services)).toMatchObject({ phase: 'answered' });
    expect(services.lines.map(({ msg }) => msg)).toContain('watchdog not set');
  });

  it('and rang too long ago: nothing is done', async () => {
    const services = functionServices();
    const eventTime = new Date(offer.offeredAtMs - 100_000).toISOString();
    await handleIncomingCall(incomingCallEvent({}, { eventTime }), services);
    expect(services.control.operations()).toEqual([]);
    expect(services.lines[0]).toMatchObject({ msg: 'call dropped', because: 'too-old' });
  });

  it('while the agent is switched off, and goes to the people of the agent it was for', async () => {
    const travelDesk = '+18005550150';
    const services = functionServices({
      admission: admissionBy({ agent: 'off' }),
      agents: {
        ...onlyAgent(agent),
        for: ({ to }) =>
          onlyAgent(
            to === '+18005550199'
              ? agentWith({ queues: [{ name: 'travel', target: travelDesk }], handover: {} })
              : agent,
          ).standard,
      },
    });
    await handleIncomingCall(incomingCallEvent(), services);
    expect(services.control.asked).toEqual([{ operation: 'redirect', request: travelDesk }]);
    expect(row(services)).toMatchObject({ phase: 'ended', outcome: { kind: 'redirected' } });
  });

  it('who is blocked, and is refused', async () => {
    const blockedCallers = { numbers: ['+14255550100'] };
    const services = functionServices({ admission: admissionBy({ blockedCallers }) });
    await handleIncomingCall(incomingCallEvent(), services);
    expect(services.control.asked).toEqual([{ operation: 'reject', request: 'forbidden' }]);
    expect(row(services)).toMatchObject({ phase: 'ended', outcome: { kind: 'rejected', reason: 'forbidden' } });
  });

  it.each([
    [
      'another kind of event',
      { eventType: 'Microsoft.Communication.RecordingFileStatusUpdated' },
      'event of no interest',
    ],
    ['an event without data', { data: undefined }, 'incoming call unreadable'],
  ])('is not what %s says: it is noted and acknowledged', async (_, envelope, msg) => {
    const services = functionServices();
    await handleIncomingCall(incomingCallEvent({}, envelope), services);
    expect(services.lines[0]).toMatchObject({ msg });
    expect(services.calls.rows.size).toBe(0);
  });
});
