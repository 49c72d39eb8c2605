import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DialRequest, VoiceRouting } from '../../../sip-edge/leg.ts';
import type { TelephonyOptions } from '../../../sip-edge/telephony.ts';
import { type Trunk, trunkByName } from '../../../sip-edge/trunks.ts';
import { offer, openRtp, peerCall, type RtpEnd, TRUNK } from './sip-call.ts';
import { type Edge, openEdge } from './sip-edge.ts';
import { openPeer, type SipPeer, streamPeer } from './sip-peer.ts';

let edge: Edge;
let one: SipPeer;
let two: SipPeer;
let rtp: RtpEnd;

const SECOND = 'sbc2.enterprise.test';

beforeEach(async () => {
  // The peers come first, so that the routing knows their ports; they learn the edge's port by what it sends.
  rtp = await openRtp();
  const probe = await openEdge();
  one = await openPeer(probe.address('udp'));
  two = await openPeer(probe.address('udp'));
  edge = probe;
});

afterEach(async () => {
  one.close();
  two.close();
  rtp.close();
  await edge.server.close();
  expect(edge.server.usage()).toEqual({ dialogs: 0, transactions: 0, rtpPorts: 0 });
});

/** The edge anew, with both peers as trunks, at the address the peers know. */
async function withTrunks(changes: Partial<TelephonyOptions> = {}): Promise<void> {
  const port = Number(edge.address('udp').split(':')[2]);
  await edge.server.close();
  const trunk = (fqdn: string, signalling: number): Trunk => ({
    ...trunkByName(fqdn, signalling),
    transport: 'udp',
    host: '127.0.0.1',
    sources: ['127.0.0.1'],
  });
  const trunks = [trunk(TRUNK, one.port), trunk(SECOND, two.port)];
  const routing: VoiceRouting = {
    trunks: () => trunks,
    routes: () => [
      { name: 'first', numberPattern: '^\\+1555', trunks: [TRUNK] },
      { name: 'second', numberPattern: '^\\+1', trunks: [SECOND] },
    ],
  };
  edge = await openEdge({ listen: [{ transport: 'udp', address: '127.0.0.1', port }], trunks, routing, ...changes });
}

function request(changes: Partial<DialRequest> = {}): DialRequest {
  return {
    target: '+15550142',
    callerNumber: '+15550199',
    headers: { userToUser: '6869;encoding=hex', custom: [{ name: 'X-AI-Summary', value: 'short' }] },
    extraHeaders: [{ name: 'Referred-By', value: '<sip:edge.test>' }],
    ringTimeoutMs: 20_000,
    ...changes,
  };
}

const never = new AbortController().signal;

describe('a call to a number', () => {
  it('brings the caller, the headers and an offer, and is answered', async () => {
    await withTrunks();
    const dialling = edge.server.dial(request(), never);
    const invite = await one.next(/^INVITE sip:\+15550142@sbc\.enterprise\.test:\d+;user=phone SIP\/2.0$/);
    const call = peerCall(one, { callId: invite.header('Call-ID')! });
    expect(invite.header('From')).toMatch(/^<sip:\+15550199@/);
    expect([invite.header('X-AI-Summary'), invite.header('User-to-User'), invite.header('Referred-By')]).toEqual([
      'short',
      '6869;encoding=hex',
      '<sip:edge.test>',
    ]);
    expect(invite.body).toContain('m=audio');
    one.send(call.respond(invite, '180 Ringing'));
    one.send(call.respond(invite, '200 OK', { body: offer(rtp.port) }));
    await one.next(/^ACK/);
    const result = await dialling;
    if (result.kind !== 'answered') throw new Error('refused');
    // The ACK may be lost: the 200 comes again, and so does the ACK.
    one.send(call.respond(invite, '200 OK', { body: offer(rtp.port) }));
    await one.next(/^ACK/);
    const gone = result.leg.hangUp();
    one.send(call.respond(await one.next(/^BYE/), '200 OK'));
    await gone;
  });

  it('shows no number of an anonymous caller', async () => {
    await withTrunks();
    const dialling = edge.server.dial(request({ callerNumber: undefined }), never);
    const invite = await one.next(/^INVITE/);
    expect(invite.header('From')).toContain('anonymous.invalid');
    expect(invite.header('Privacy')).toBe('id');
    one.send(peerCall(one).respond(invite, '603 Decline'));
    expect(await dialling).toEqual({ kind: 'refused', status: 603, reason: 'Decline', byPeer: true });
    await one.next(/^ACK/);
  });

  it.each(['503 Service Unavailable', '504 Server Time-out', '408 Request Timeout'])(
    'tries the next trunk after %s',
    async (status) => {
      await withTrunks();
      const dialling = edge.server.dial(request(), never);
      one.send(peerCall(one).respond(await one.next(/^INVITE/), status));
      two.send(peerCall(two).respond(await two.next(/^INVITE/), '486 Busy Here'));
      expect(await dialling).toMatchObject({ kind: 'refused', status: 486, byPeer: true });
    },
  );

  it('tries the next trunk when one says nothing at all', async () => {
    await withTrunks();
    const dialling = edge.server.dial(request(), never);
    await one.next(/^INVITE/);
    two.send(peerCall(two).respond(await two.next(/^INVITE/), '404 Not Found'));
    expect(await dialling).toMatchObject({ kind: 'refused', status: 404 });
  });

  it.each(['486 Busy Here', '302 Moved Temporarily', '403 Forbidden'])('ends with %s', async (status) => {
    await withTrunks();
    const dialling = edge.server.dial(request(), never);
    one.send(peerCall(one).respond(await one.next(/^INVITE/), status));
    expect(await dialling).toMatchObject({ kind: 'refused', status: Number(status.slice(0, 3)), byPeer: true });
    expect(two.heard).toEqual([]);
  });

  it('goes nowhere without a voice route', async () => {
    await withTrunks();
    expect(await edge.server.dial(request({ target: '+4930123' }), never)).toMatchObject({
      status: 404,
      byPeer: false,
    });
  });

  it('is cancelled when it rings too long', async () => {
    await withTrunks();
    const dialling = edge.server.dial(request({ ringTimeoutMs: 300 }), never);
    const invite = await one.next(/^INVITE/);
    one.send(peerCall(one).respond(invite, '180 Ringing'));
    const cancel = await one.next(/^CANCEL/);
    one.send(peerCall(one).respond(cancel, '200 OK'));
    one.send(peerCall(one).respond(invite, '487 Request Terminated'));
    await one.next(/^ACK/);
    expect(await dialling).toMatchObject({ kind: 'refused', status: 408 });
    expect(cancel.header('Via')).toBe(invite.header('Via'));
  });

  it('that is answered while it is being cancelled is hung up', async () => {
    await withTrunks();
    const giveUp = new AbortController();
    const dialling = edge.server.dial(request(), giveUp.signal);
    const invite = await one.next(/^INVITE/);
    giveUp.abort();
    expect(await dialling).toMatchObject({ kind: 'refused', status: 487, byPeer: false });
    one.send(peerCall(one).respond(invite, '200 OK', { body: offer(rtp.port) }));
    await one.next(/^ACK/);
    one.send(peerCall(one).respond(await one.next(/^BYE/), '200 OK'));
    expect(one.heard.some((line) => line.startsWith('CANCEL'))).toBe(false);
  });

  it('is offered again with the session interval that the peer asks for', async () => {
    await withTrunks();
    const dialling = edge.server.dial(request(), never);
    const first = await one.next(/^INVITE/);
    one.send(peerCall(one).respond(first, '422 Session Interval Too Small', { headers: ['Min-SE: 3600'] }));
    const second = await one.next(/^INVITE/);
    expect(second.header('Session-Expires')).toMatch(/^3600/);
    one.send(peerCall(one).respond(second, '486 Busy Here'));
    await dialling;
  });
});

describe('a call to a trunk over TCP', () => {
  it('opens a connection of its own, and fails over when there is none', async () => {
    const sbc = createServer();
    sbc.listen(0, '127.0.0.1');
    await once(sbc, 'listening');
    const address = sbc.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const trunk = (fqdn: string, sipSignalingPort: number): Trunk => ({
      ...trunkByName(fqdn, sipSignalingPort),
      transport: 'tcp',
      host: '127.0.0.1',
      sources: ['127.0.0.1'],
    });
    const trunks = [trunk(TRUNK, 1), trunk(SECOND, port)];
    await edge.server.close();
    edge = await openEdge({
      trunks,
      routing: {
        trunks: () => trunks,
        routes: () => [{ name: 'both', numberPattern: '.*', trunks: [TRUNK, SECOND] }],
      },
    });
    const dialling = edge.server.dial(request(), never);
    const [socket] = (await once(sbc, 'connection')) as [Parameters<typeof streamPeer>[0]];
    const peer = streamPeer(socket, 'TCP');
    peer.send(peerCall(peer).respond(await peer.next(/^INVITE/), '486 Busy Here'));
    expect(await dialling).toMatchObject({ kind: 'refused', status: 486 });
    peer.close();
    sbc.close();
  });
});

describe('two calls joined', () => {
  it('hear each other until one hangs up', async () => {
    await withTrunks();
    const other = await openRtp();
    const caller = peerCall(one);
    one.send(caller.request('INVITE', { body: offer(rtp.port) }));
    const answering = (await edge.ringing()).answer();
    const ok = await one.next(/^SIP\/2.0 200/);
    caller.answered(ok);
    one.send(caller.request('ACK'));
    const first = await answering;

    const dialling = edge.server.dial(request({ target: '+14440142' }), never);
    const invite = await two.next(/^INVITE/);
    const callee = peerCall(two, { callId: invite.header('Call-ID')!, trunk: SECOND });
    two.send(callee.respond(invite, '200 OK', { body: offer(other.port) }));
    const dialled = await dialling;
    if (dialled.kind !== 'answered') throw new Error('refused');
    edge.server.join(first, dialled.leg);

    rtp.talk(Number(/^m=audio (\d+)/m.exec(ok.body)?.[1]), 600);
    other.talk(Number(/^m=audio (\d+)/m.exec(invite.body)?.[1]), 900);
    await Promise.all([other.hears(600), rtp.hears(900)]);

    one.send(caller.request('BYE'));
    two.send(callee.respond(await two.next(/^BYE/), '200 OK'));
    expect(await dialled.leg.ended).toMatchObject({ by: 'us' });
    other.close();
  });
});
