import { afterEach, describe, expect, it } from 'vitest';
import { acsCallControl } from '#adapters/call-automation/call-control';
import { systemClock } from '#adapters/clock/system-clock';
import type { CallControl } from '#core/ports/call-control';
import { handleIncomingCall } from '../../../functions/app/incoming-call.ts';
import { admissionBy, functionServices, queueOfPeople } from '../../support/function-services.ts';
import { openWholeEdge, type WholeEdge } from '../sip-edge/whole-edge.ts';

let whole: WholeEdge | undefined;
afterEach(() => whole?.close());

/** The functions in front of the edge, with a policy and what the bridges say. */
function functions(
  { edge }: WholeEdge,
  ...admission: Parameters<typeof admissionBy>
): { control: CallControl; services: ReturnType<typeof functionServices> } {
  const control = acsCallControl(
    {
      endpoint: edge.url,
      accessKey: edge.accessKey.toString('base64'),
      cognitiveServicesEndpoint: undefined,
      requestBudgetMs: 5_000,
    },
    new Map(),
  );
  return { control, services: functionServices({ admission: admissionBy(...admission), clock: systemClock() }) };
}

/** What became of the only call. */
function outcome({ calls }: ReturnType<typeof functionServices>): unknown {
  return [...calls.rows.values()].map(({ state }) => (state.phase === 'ended' ? state.outcome : state.phase))[0];
}

const neverOpen = { zone: 'America/New_York', weekly: {} };

describe('an SBC that calls', () => {
  it('outside the hours is told that the call goes on to the people, and gets the call for their number', async () => {
    whole = await openWholeEdge();
    const { control, services } = functions(whole, { hours: neverOpen });
    const ringing = await whole.ring();
    await handleIncomingCall(ringing.event, { ...services, control });
    expect((await whole.sbc.next(/^SIP\/2.0 181/)).startLine).toBe('SIP/2.0 181 Call Is Being Forwarded');
    const toPeople = await whole.sbc.next(new RegExp(`^INVITE sip:\\${queueOfPeople}`));
    whole.sbc.send(ringing.call.respond(toPeople, '486 Busy Here'));
    expect((await ringing.refused()).startLine).toBe('SIP/2.0 486 Busy Here');
    expect(outcome(services)).toEqual({ kind: 'redirected', target: queueOfPeople });
  });

  it('for a blocked caller is refused for good', async () => {
    whole = await openWholeEdge();
    const { control, services } = functions(whole, { blockedCallers: { prefixes: ['+1555'] } });
    const ringing = await whole.ring();
    await handleIncomingCall(ringing.event, { ...services, control });
    expect((await ringing.refused()).startLine).toBe('SIP/2.0 403 Forbidden');
    expect(outcome(services)).toEqual({ kind: 'rejected', reason: 'forbidden' });
  });

  it('over a trunk that is not allowed is refused, over one that is allowed it is answered', async () => {
    whole = await openWholeEdge();
    const { control, services } = functions(whole, { trunks: ['sbc1.contoso.example'] });
    const stranger = await whole.ring(['X-Trunk: sbc9.contoso.example']);
    await handleIncomingCall(stranger.event, { ...services, control });
    expect((await stranger.refused()).startLine).toBe('SIP/2.0 403 Forbidden');
    const ours = await whole.ring(['X-Trunk: SBC1.contoso.example']);
    await handleIncomingCall(ours.event, { ...services, control });
    expect((await whole.sbc.next(/^SIP\/2.0 200/)).startLine).toBe('SIP/2.0 200 OK');
  });

  it('while no bridge is alive is sent to its next route, where the policy and the edge are set up so', async () => {
    whole = await openWholeEdge({ EDGE_REJECT_STATUSES: 'none:503', EDGE_REJECT_RETRY_AFTER_S: '10' });
    const then = { unhealthy: { refuse: 'unavailable' as const } };
    const { control, services } = functions(whole, { then }, { state: 'gone' });
    const ringing = await whole.ring();
    await handleIncomingCall(ringing.event, { ...services, control });
    const refusal = await ringing.refused();
    expect(refusal.startLine).toBe('SIP/2.0 503 Service Unavailable');
    expect(refusal.header('Retry-After')).toBe('10');
  });
});
