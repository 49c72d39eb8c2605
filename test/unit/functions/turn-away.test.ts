import { describe, expect, it } from 'vitest';
import { PortError } from '#core/ports/error';
import { handleIncomingCall } from '../../../functions/app/incoming-call.ts';
import {
  admissionBy,
  functionServices,
  incomingCallEvent,
  queueOfPeople,
  type TestServices,
} from '../../support/function-services.ts';

const lasting = (): PortError => new PortError('call-control', 'redirect: 403', { retryable: false, status: 403 });
const passing = (): PortError => new PortError('call-control', 'redirect: 503', { retryable: true, status: 503 });
const state = ({ calls }: TestServices) => [...calls.rows.values()][0]?.state;
const neverOpen = { zone: 'America/New_York', weekly: {} };
const closed = { hours: neverOpen, then: { closed: { number: '+18005550190' } } };

describe('a caller who is turned away', () => {
  it('is sent where the policy says, although the front stumbles twice', async () => {
    const services = functionServices({ admission: admissionBy(closed) });
    services.control.fail('redirect', passing(), passing());
    await handleIncomingCall(incomingCallEvent(), services);
    expect(services.control.operations()).toEqual(['redirect', 'redirect', 'redirect']);
    expect(state(services)).toMatchObject({ outcome: { kind: 'redirected', target: '+18005550190' } });
  });

  it('goes to the first queue of the agent when that number cannot be reached', async () => {
    const services = functionServices({ admission: admissionBy(closed) });
    services.control.fail('redirect', lasting());
    await handleIncomingCall(incomingCallEvent(), services);
    expect(services.control.asked.map(({ request }) => request)).toEqual(['+18005550190', queueOfPeople]);
    expect(state(services)).toMatchObject({ outcome: { kind: 'redirected', target: queueOfPeople } });
  });

  it('is answered after all when nobody can be reached: better the agent than nobody', async () => {
    const services = functionServices({ admission: admissionBy(closed) });
    services.control.fail('redirect', lasting(), lasting());
    await handleIncomingCall(incomingCallEvent(), services);
    expect(services.control.operations()).toEqual(['redirect', 'redirect', 'answer']);
    expect(state(services)).toMatchObject({ phase: 'answered' });
  });

  it('is refused at once when nobody can be reached and the agent is off: the SBC may know another way', async () => {
    const services = functionServices({ admission: admissionBy({ agent: 'off' }) });
    services.control.fail('redirect', lasting());
    await handleIncomingCall(incomingCallEvent(), services);
    expect(services.control.operations()).toEqual(['redirect', 'reject']);
    expect(services.control.asked.at(-1)?.request).toBe('none');
  });

  it('goes to people when a refusal does not get through', async () => {
    const then = { full: { refuse: 'busy' as const } };
    const services = functionServices({ admission: admissionBy({ then }, { state: 'serving', freeCalls: 0 }) });
    services.control.fail('reject', lasting());
    await handleIncomingCall(incomingCallEvent(), services);
    expect(services.control.operations()).toEqual(['reject', 'redirect']);
    expect(state(services)).toMatchObject({ outcome: { kind: 'redirected', target: queueOfPeople } });
  });

  it('and who is blocked is offered nothing else; the row and the log say that the front refused', async () => {
    const blockedCallers = { numbers: ['+14255550100'] };
    const services = functionServices({ admission: admissionBy({ blockedCallers }) });
    services.control.fail('reject', lasting());
    await handleIncomingCall(incomingCallEvent(), services);
    expect(services.control.operations()).toEqual(['reject']);
    expect(state(services)).toMatchObject({ outcome: { kind: 'answer-failed', code: 403 } });
    expect(services.lines.map(({ msg }) => msg)).toContain('call not turned away');
  });

  it('is told to the log with the rule that decided', async () => {
    const services = functionServices({ admission: admissionBy({ agent: 'off' }) });
    await handleIncomingCall(incomingCallEvent(), services);
    expect(services.lines).toContainEqual(expect.objectContaining({ msg: 'call turned away', because: 'off' }));
  });
});
