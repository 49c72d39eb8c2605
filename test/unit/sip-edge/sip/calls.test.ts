import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReferResult } from '../../../../sip-edge/leg.ts';
import { readCallHeaders, uriHeaders } from '../../../../sip-edge/sip/custom-headers.ts';
import { checkInvite } from '../../../../sip-edge/sip/inbound-invite.ts';
import { referHeaders } from '../../../../sip-edge/sip/leg/refer-request.ts';
import { sipfragStatus, Transfer } from '../../../../sip-edge/sip/leg/transfer.ts';
import type { Header, SipRequest } from '../../../../sip-edge/sip/message.ts';
import { agreedInterval, negotiateInterval, SessionTimer } from '../../../../sip-edge/sip/session-timer.ts';
import { manualClock } from './manual-clock.ts';

const SDP = 'v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 0\r\n';

function invite(changes: { uri?: string; body?: string; headers?: readonly Header[]; from?: string } = {}): SipRequest {
  return {
    kind: 'request',
    method: 'INVITE',
    uri: changes.uri ?? 'sip:+15550100@edge.test;user=phone',
    headers: [
      { name: 'From', value: changes.from ?? '"IVR" <sip:+15550199@sbc.test>;tag=a' },
      { name: 'Contact', value: '<sip:sbc.test:5061>' },
      { name: 'Content-Type', value: 'application/sdp' },
      ...(changes.headers ?? []),
    ],
    body: changes.body ?? SDP,
  };
}

function header(name: string, value: string): Header {
  return { name, value };
}

describe('an INVITE', () => {
  it('is welcome with E.164 numbers and G.711', () => {
    expect(checkInvite(invite())).toMatchObject({
      kind: 'welcome',
      from: '+15550199',
      to: '+15550100',
      displayName: 'IVR',
    });
  });

  it('may hide its number', () => {
    expect(checkInvite(invite({ from: '<sip:anonymous@anonymous.invalid>;tag=a' }))).toMatchObject({ from: undefined });
  });

  it.each([
    ['no session description', invite({ body: '' }), 488],
    ['no codec in common', invite({ body: SDP.replace('AVP 0', 'AVP 18') }), 488],
    ['a number without +', invite({ uri: 'sip:15550100@edge.test' }), 484],
    ['a name for a number', invite({ uri: 'sip:sales@edge.test' }), 404],
    ['a URI that is no telephone address', invite({ uri: 'http://edge.test' }), 416],
    ['a caller number without +', invite({ from: '<sip:15550199@sbc.test>;tag=a' }), 400],
    ['Replaces', invite({ headers: [header('Replaces', 'x;to-tag=1;from-tag=2')] }), 403],
    ['an extension it insists on', invite({ headers: [header('Require', '100rel')] }), 420],
    [
      'sessions shorter than 90 s',
      invite({ headers: [header('Supported', 'timer'), header('Session-Expires', '60')] }),
      422,
    ],
  ])('is refused for %s', (_what, request, status) => {
    expect(checkInvite(request)).toMatchObject({ kind: 'refused', status });
  });
});

describe('the custom headers of a call', () => {
  it('are User-to-User and at most five X- headers, cut to their limits and counted', () => {
    const many = Array.from({ length: 8 }, (_, index) => header(`X-H${index}`, 'v'.repeat(300)));
    const { headers, cutOff } = readCallHeaders(
      invite({ headers: [header('user-to-user', '6869;encoding=hex'), ...many] }),
    );
    expect(headers.userToUser).toBe('6869;encoding=hex');
    expect(headers.custom.map(({ name, value }) => [name, value.length])).toEqual(
      ['X-H0', 'X-H1', 'X-H2', 'X-H3', 'X-H4'].map((name) => [name, 256]),
    );
    expect(cutOff).toBe(5 + 3);
  });

  it('have no control characters, whatever came', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const read = readCallHeaders(invite({ headers: [header('X-Any', value), header('User-to-User', value)] }));
        expect(JSON.stringify(read.headers)).not.toMatch(/\\u00[01]|\\[nrt]/);
      }),
    );
  });
});

describe('a REFER', () => {
  const request = {
    target: '+15550142',
    headers: { userToUser: '6869;encoding=hex', custom: [{ name: 'X-Reason', value: 'a&b' }] },
    referredBy: { 'x-ti': 'abc' },
    onAccepted: () => undefined,
  };

  it('carries the headers as lines of the message', () => {
    expect(referHeaders(request, 'edge.test:5060', 'message')).toEqual([
      header('Refer-To', '<sip:+15550142@edge.test:5060;user=phone>'),
      header('Referred-By', '<sip:edge.test:5060;x-ti=abc>'),
      header('User-to-User', '6869;encoding=hex'),
      header('X-Reason', 'a&b'),
    ]);
  });

  it('or escaped in its Refer-To', () => {
    expect(referHeaders(request, 'edge.test:5060', 'refer-to')[0]?.value).toBe(
      '<sip:+15550142@edge.test:5060;user=phone?User-to-User=6869%3Bencoding%3Dhex&X-Reason=a%26b>',
    );
    expect(uriHeaders({ userToUser: undefined, custom: [] })).toBe('');
  });
});

describe('a transfer', () => {
  const notify = (body: string, state = 'active;expires=60'): SipRequest => ({
    kind: 'request',
    method: 'NOTIFY',
    uri: 'sip:edge.test',
    headers: [header('Event', 'refer'), header('Subscription-State', state)],
    body,
  });

  async function outcome(act: (transfer: Transfer, clock: ReturnType<typeof manualClock>) => void): Promise<{
    result: ReferResult;
    accepted: number;
    timers: number;
  }> {
    const clock = manualClock();
    let accepted = 0;
    const transfer = new Transfer(() => (accepted += 1), clock, new AbortController().signal);
    act(transfer, clock);
    return { result: await transfer.result, accepted, timers: clock.waiting };
  }

  it('has worked when the last NOTIFY says 2xx, in either order with the 202', async () => {
    expect(
      await outcome((transfer) => {
        transfer.answered(202);
        transfer.notified(notify('SIP/2.0 100 Trying\r\n'));
        transfer.notified(notify('SIP/2.0 200 OK\r\n', 'terminated;reason=noresource'));
      }),
    ).toEqual({ result: { kind: 'completed' }, accepted: 1, timers: 0 });
    expect(
      await outcome((transfer) => {
        transfer.notified(notify('SIP/2.0 200 OK'));
        transfer.answered(202);
      }),
    ).toMatchObject({ result: { kind: 'completed' }, accepted: 1 });
  });

  it('has failed with the status of the last NOTIFY', async () => {
    expect(
      await outcome((transfer) => {
        transfer.answered(202);
        transfer.notified(notify('SIP/2.0 486 Busy Here\r\n', 'terminated'));
      }),
    ).toMatchObject({ result: { kind: 'failed', status: 486 } });
  });

  it('is refused by the answer to the REFER', async () => {
    expect(await outcome((transfer) => transfer.answered(603))).toMatchObject({
      result: { kind: 'refused', status: 603 },
      accepted: 0,
    });
  });

  it('counts as left when the peer hangs up after accepting it', async () => {
    expect(
      await outcome((transfer) => {
        transfer.answered(202);
        transfer.legEnded('peer');
      }),
    ).toMatchObject({ result: { kind: 'peer-left' } });
  });

  it('goes on after our own BYE, until its last NOTIFY', async () => {
    expect(
      await outcome((transfer) => {
        transfer.answered(202);
        transfer.legEnded('us');
        transfer.notified(notify('SIP/2.0 200 OK'));
      }),
    ).toMatchObject({ result: { kind: 'completed' } });
  });

  it('is given up after a minute, or when the subscription ends without an outcome', async () => {
    expect(await outcome((_transfer, clock) => clock.advance(60_000))).toMatchObject({ result: { kind: 'timeout' } });
    expect(
      await outcome((transfer) => transfer.notified(notify('SIP/2.0 100 Trying', 'terminated;reason=timeout'))),
    ).toMatchObject({ result: { kind: 'timeout' } });
  });

  it('reads only a status line', () => {
    expect(['SIP/2.0 200 OK', ' SIP/2.0 503', 'HTTP/1.1 200 OK', '', 'SIP/2.0 2000'].map(sipfragStatus)).toEqual([
      200,
      503,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('a session timer', () => {
  it.each([
    ['the peer refreshes when it can and does not say who', [header('Supported', 'timer')], 1800, 'peer'],
    [
      'we refresh when the peer asks for it',
      [header('Supported', 'timer'), header('Session-Expires', '600;refresher=uas')],
      600,
      'us',
    ],
    ['we refresh when the peer has no timers', [], 1800, 'us'],
  ])('%s', (_what, headers, seconds, refresher) => {
    expect(negotiateInterval(invite({ headers }))).toMatchObject({ interval: { seconds, refresher } });
  });

  it('is read from the answer to our INVITE', () => {
    const answer = (value: string) =>
      agreedInterval(
        { kind: 'response', status: 200, reason: '', headers: [header('Session-Expires', value)], body: '' },
        1800,
      );
    expect(answer('900;refresher=uas')).toEqual({ seconds: 900, refresher: 'peer', expires: true });
    expect(answer('900;refresher=uac')).toEqual({ seconds: 900, refresher: 'us', expires: true });
    expect(answer('')).toEqual({ seconds: 1800, refresher: 'us', expires: false });
    expect([answer('0').seconds, answer('999999999').seconds]).toEqual([90, 86_400]);
  });

  it('lasts a day at most, and ends no call of a peer that has none', () => {
    const supported = header('Supported', 'timer');
    expect(negotiateInterval(invite({ headers: [supported, header('Session-Expires', '999999999')] }))).toMatchObject({
      interval: { seconds: 86_400, expires: true },
      headers: [{ value: '86400;refresher=uac' }, {}],
    });
    expect(negotiateInterval(invite())).toMatchObject({ interval: { expires: false } });
    expect(negotiateInterval(invite({ headers: [header('Session-Expires', '0')] }))).toMatchObject({
      interval: { seconds: 90, expires: false },
    });
  });

  it('refreshes at half time, and ends the call shortly before the end', () => {
    const clock = manualClock();
    const events: string[] = [];
    const timer = new SessionTimer(clock, {
      onRefreshDue: () => events.push(`refresh ${clock.nowMs() / 1000}`),
      onExpired: () => events.push(`expired ${clock.nowMs() / 1000}`),
    });
    timer.restart({ seconds: 90, refresher: 'us', expires: true });
    clock.advance(90_000);
    timer.restart({ seconds: 1800, refresher: 'peer', expires: true });
    clock.advance(1_800_000);
    expect(events).toEqual(['refresh 45', 'expired 60', `expired ${90 + 1768}`]);
    timer.stop();
    expect(clock.waiting).toBe(0);
  });

  it.each([
    ['until shortly before the end', true, ['refresh 45', 'refresh 54', 'expired 60']],
    ['for ever when the peer has no session timers', false, ['refresh 45', 'refresh 90', 'refresh 135', 'refresh 180']],
  ])('tries a refused refresh again %s', (_what, expires, expected) => {
    const clock = manualClock();
    const events: string[] = [];
    const timer = new SessionTimer(clock, {
      onRefreshDue: () => {
        events.push(`refresh ${clock.nowMs() / 1000}`);
        timer.retry();
      },
      onExpired: () => events.push(`expired ${clock.nowMs() / 1000}`),
    });
    timer.restart({ seconds: 90, refresher: 'us', expires });
    clock.advance(200_000);
    expect(events).toEqual(expected);
    timer.stop();
    expect(clock.waiting).toBe(0);
  });
});
