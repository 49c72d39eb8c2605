import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../sip-edge/clock.ts';
import type { ActiveLeg } from '../../../sip-edge/leg.ts';
import { offer, openRtp, peerCall, type PeerCall, type RtpEnd, TRUNK } from './sip-call.ts';
import { type Edge, openEdge } from './sip-edge.ts';
import { openPeer, type SipPeer } from './sip-peer.ts';

/** Minutes pass twenty-five times as fast; the beat of the sound does not. */
const hurried: Clock = {
  nowMs: () => systemClock.nowMs(),
  after: (delayMs, run) => systemClock.after(delayMs > 20_000 ? delayMs / 25 : delayMs, run),
};

let edge: Edge;
let peer: SipPeer;
let rtp: RtpEnd;

beforeEach(async () => {
  let port = 0;
  edge = await openEdge({
    clock: hurried,
    routing: { trunks: () => [{ fqdn: TRUNK, sipSignalingPort: port }], routes: () => [] },
  });
  peer = await openPeer(edge.address('udp'));
  port = peer.port;
  rtp = await openRtp();
});

afterEach(async () => {
  peer.close();
  rtp.close();
  await edge.server.close();
});

async function connect(sessionExpires: string): Promise<{ call: PeerCall; leg: ActiveLeg }> {
  const call = peerCall(peer);
  const headers = ['Supported: timer', `Session-Expires: ${sessionExpires}`];
  peer.send(call.request('INVITE', { headers, body: offer(rtp.port) }));
  const answering = (await edge.ringing()).answer();
  const ok = await peer.next(/^SIP\/2.0 200/);
  expect(ok.header('Session-Expires')).toBe(sessionExpires);
  call.answered(ok);
  peer.send(call.request('ACK'));
  return { call, leg: await answering };
}

describe('a long call', () => {
  it('is refreshed by the edge, and ended when the peer has forgotten it', async () => {
    const { call, leg } = await connect('100;refresher=uas');
    const refresh = await peer.next(/^INVITE/);
    expect(refresh.header('Session-Expires')).toBe('100;refresher=uac');
    peer.send(
      call.respond(refresh, '200 OK', {
        headers: ['Session-Expires: 100;refresher=uac', 'Require: timer'],
        body: offer(rtp.port),
      }),
    );
    await peer.next(/^ACK/);
    peer.send(call.respond(await peer.next(/^INVITE/), '481 Call/Transaction Does Not Exist'));
    peer.send(call.respond(await peer.next(/^BYE/), '481 Call/Transaction Does Not Exist'));
    expect(await leg.ended).toEqual({ by: 'network', detail: 'refresh failed: 481' });
  });

  it('is ended when the peer does not refresh it as promised', async () => {
    const { call, leg } = await connect('100;refresher=uac');
    peer.send(call.respond(await peer.next(/^BYE/), '200 OK'));
    expect(await leg.ended).toEqual({ by: 'network', detail: 'session expired' });
  });
});

describe('a trunk that pings', () => {
  it('is pinged back every minute', async () => {
    peer.send(peerCall(peer).request('OPTIONS'));
    await peer.next(/^SIP\/2.0 200/);
    expect(edge.server.trunkHealth('sbc.enterprise.test')).toEqual({ pings: 'current', certificate: 'unknown' });
    for (let minute = 0; minute < 2; minute += 1) {
      const ping = await peer.next(/^OPTIONS sip:sbc\.enterprise\.test/);
      expect(ping.header('Contact')).toMatch(/^<sip:/);
      peer.send(peerCall(peer).respond(ping, '200 OK'));
    }
  });
});
