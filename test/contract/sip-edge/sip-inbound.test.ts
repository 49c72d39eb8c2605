import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ActiveLeg, RingingLeg } from '../../../sip-edge/leg.ts';
import { mediaPort, offer, openRtp, peerCall, type PeerCall, type RtpEnd, shareOf } from './sip-call.ts';
import { type Edge, legHears, openEdge } from './sip-edge.ts';
import { openPeer, type SipPeer } from './sip-peer.ts';

let edge: Edge;
let peer: SipPeer;
let rtp: RtpEnd;

beforeEach(async () => {
  edge = await openEdge();
  peer = await openPeer(edge.address('udp'));
  rtp = await openRtp();
});

afterEach(async () => {
  peer.close();
  rtp.close();
  await edge.server.close();
  expect(edge.server.usage()).toEqual({ dialogs: 0, transactions: 0, rtpPorts: 0 });
});

/** Rings; the call is answered by the test. */
async function ring(
  headers: readonly string[] = [],
  sdp = offer(rtp.port),
): Promise<{ call: PeerCall; leg: RingingLeg }> {
  const call = peerCall(peer);
  peer.send(call.request('INVITE', { headers, body: sdp }));
  return { call, leg: await edge.ringing() };
}

async function connect(
  headers: readonly string[] = [],
  sdp = offer(rtp.port),
): Promise<{
  call: PeerCall;
  leg: ActiveLeg;
  edgePort: number;
}> {
  const { call, leg: ringing } = await ring(headers, sdp);
  const answering = ringing.answer();
  const ok = await peer.next(/^SIP\/2.0 200/);
  call.answered(ok);
  peer.send(call.request('ACK'));
  return { call, leg: await answering, edgePort: mediaPort(ok.body) };
}

describe.each(['udp', 'tcp', 'tls'] as const)('a call over %s', (transport) => {
  it('is set up, heard both ways and hung up', async () => {
    await edge.server.close();
    edge = await openEdge({ trunk: { transport: transport === 'tls' ? 'tls' : 'udp' } });
    peer.close();
    peer = await openPeer(edge.address(transport));
    const { call, leg, edgePort } = await connect();

    leg.audio.setSource(sine(1000));
    rtp.talk(edgePort, 500);
    await Promise.all([rtp.hears(1000), legHears(leg, (frame) => shareOf(500, 16_000, frame))]);
    expect(leg.audio.stats()).toMatchObject({ codec: 'PCMU', packetsLost: 0 });

    peer.send(call.request('BYE', { headers: ['Reason: Q.850;cause=16'] }));
    await peer.next(/^SIP\/2.0 200/);
    expect(await leg.ended).toEqual({ by: 'peer', detail: 'Q.850;cause=16' });
  });
});

describe('an INVITE', () => {
  it('brings who calls, whom, and its custom headers', async () => {
    const { leg } = await ring(['X-Customer-ID: 4711', 'User-to-User: 6869;encoding=hex']);
    expect(leg).toMatchObject({
      trunk: 'sbc.enterprise.test',
      from: '+15550199',
      to: '+15550100',
      displayName: 'IVR',
      headers: { userToUser: '6869;encoding=hex', custom: [{ name: 'X-Customer-ID', value: '4711' }] },
    });
    leg.refuse(486);
    expect((await peer.next(/^SIP\/2.0 486/)).header('Warning')).toBeUndefined();
  });

  it('rings, is forwarded and refused with Retry-After as asked', async () => {
    const { leg } = await ring();
    leg.ring();
    leg.forwarding();
    leg.refuse(503, { retryAfterS: 7 });
    leg.refuse(486);
    await peer.next(/^SIP\/2.0 180 Ringing/);
    await peer.next(/^SIP\/2.0 181/);
    expect((await peer.next(/^SIP\/2.0 503/)).header('Retry-After')).toBe('7');
    await expect(leg.answer()).rejects.toThrow('refused');
  });

  it('sent again is answered once', async () => {
    const call = peerCall(peer);
    const invite = call.request('INVITE', { body: offer(rtp.port) });
    peer.send(invite);
    peer.send(invite);
    const leg = await edge.ringing();
    leg.ring();
    await peer.next(/^SIP\/2.0 180/);
    peer.send(invite);
    await peer.next(/^SIP\/2.0 180/);
    leg.refuse(480);
    await peer.next(/^SIP\/2.0 480/);
    expect(edge.rang()).toBe(1);
  });

  it('can be taken back while it rings', async () => {
    const { call, leg } = await ring();
    leg.ring();
    await peer.next(/^SIP\/2.0 180/);
    const cancelled = new Promise<void>((resolve) => leg.onCancelled(resolve));
    peer.send(call.request('CANCEL'));
    await peer.next(/^SIP\/2.0 200/);
    await peer.next(/^SIP\/2.0 487/);
    await cancelled;
    await expect(leg.answer()).rejects.toThrow('cancelled');
  });

  it('is given up when its answer is never acknowledged, and the peer is told', async () => {
    const { leg } = await ring();
    const answering = leg.answer();
    await peer.next(/^SIP\/2.0 200/);
    await expect(answering).rejects.toThrow('not acknowledged');
    const bye = await peer.next(/^BYE/);
    peer.send(peerCall(peer).respond(bye, '200 OK'));
    expect(peer.heard.filter((line) => line.startsWith('SIP/2.0 200')).length).toBeGreaterThan(5);
  });

  it('whose 200 is lost gets it again', async () => {
    const { call, leg } = await ring();
    const answering = leg.answer();
    await peer.next(/^SIP\/2.0 200/);
    call.answered(await peer.next(/^SIP\/2.0 200/));
    peer.send(call.request('ACK'));
    expect((await answering).sipCallId).toBe(call.callId);
  });

  it.each([
    ['no session description', {}, '488', /399/],
    ['no codec in common', { body: offer(4000, '18') }, '488', /305/],
    ['an incomplete number', { target: 'sip:15550100@127.0.0.1', body: offer(4000) }, '484', undefined],
    ['a name instead of a number', { target: 'sip:sales@127.0.0.1', body: offer(4000) }, '404', undefined],
    ['an address in Contact', { contact: '<sip:127.0.0.1:5060>', body: offer(4000) }, '403', undefined],
    ['Replaces', { headers: ['Replaces: a;to-tag=b;from-tag=c'], body: offer(4000) }, '403', undefined],
  ])('is refused with %s', async (_what, options, status, warning) => {
    peer.send(peerCall(peer).request('INVITE', options));
    const refusal = await peer.next(/^SIP\/2.0 [3-6]/);
    expect(refusal.startLine.split(' ')[1]).toBe(status);
    if (warning !== undefined) expect(refusal.header('Warning')).toMatch(warning);
  });

  it('is refused over TLS with the certificate of somebody else', async () => {
    await edge.server.close();
    edge = await openEdge({ trunk: { transport: 'tls' } });
    const stranger = await openPeer(edge.address('tls'), 'stranger');
    stranger.send(peerCall(stranger).request('INVITE', { body: offer(4000) }));
    await stranger.next(/^SIP\/2.0 403/);
    stranger.close();
  });
});

describe('a ping over TLS', () => {
  it('shows that the trunk is there, and how long its certificate lasts', async () => {
    await edge.server.close();
    edge = await openEdge({ trunk: { transport: 'tls' } });
    const sbc = await openPeer(edge.address('tls'));
    sbc.send(peerCall(sbc).request('OPTIONS'));
    await sbc.next(/^SIP\/2.0 200/);
    expect(edge.server.trunkHealth('sbc.enterprise.test')).toEqual({ pings: 'current', certificate: 'valid' });
    sbc.close();
  });
});

describe('hostile headers', () => {
  it.each([
    ['10 kB long', [`X-Long: ${'a'.repeat(10_000)}`]],
    ['two hundred', Array.from({ length: 200 }, (_, index) => `X-${index}: v`)],
    ['with control characters', ['X-Evil: a\u0000b\rX-Injected: c\u001b[2J']],
  ])('%s neither end the call nor reach anything raw', async (_what, headers) => {
    const { leg } = await ring(headers);
    expect(leg.headers.custom.length).toBeLessThanOrEqual(5);
    expect(leg.headers.custom.every(({ value }) => value.length <= 256)).toBe(true);
    expect(JSON.stringify(leg.headers) + edge.logged.join('')).not.toMatch(/\p{Cc}|\\u00[01]|\\r/u);
    leg.refuse(480);
    await peer.next(/^SIP\/2.0 480/);
  });
});

describe('malformed SIP', () => {
  it('is answered 400 when it can be answered, and dropped when not', async () => {
    peer.send('hello\r\n\r\n');
    peer.send('\u0000\u0001\u0002');
    peer.send(peerCall(peer).request('INVITE').replace('Content-Length: 0', 'Content-Length: 99'));
    await peer.next(/^SIP\/2.0 400/);
    peer.send(peerCall(peer).request('OPTIONS'));
    await peer.next(/^SIP\/2.0 200/);
    expect(peer.heard).toHaveLength(2);
  });

  it('ends the connection that it came over, not the edge', async () => {
    const stream = await openPeer(edge.address('tcp'));
    stream.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const again = await openPeer(edge.address('tcp'));
    again.send(peerCall(again).request('OPTIONS'));
    await again.next(/^SIP\/2.0 200/);
    stream.close();
    again.close();
  });
});

describe('outside a call', () => {
  it.each([
    ['OPTIONS', '200'],
    ['BYE', '481'],
    ['MESSAGE', '405'],
    ['REGISTER', '405'],
    ['FROBNICATE', '501'],
  ])('%s is answered %s', async (method, status) => {
    peer.send(peerCall(peer).request(method));
    const response = await peer.next(/^SIP\/2.0/);
    expect(response.startLine.split(' ')[1]).toBe(status);
    if (status === '405' || method === 'OPTIONS') expect(response.header('Allow')).toContain('INVITE');
  });
});

describe('a call that is up', () => {
  it('is put on hold, taken back and moved by re-INVITE', async () => {
    const { call, leg } = await connect();
    const reinvite = async (sdp: string): Promise<string> => {
      peer.send(call.request('INVITE', { body: sdp }));
      const ok = await peer.next(/^SIP\/2.0 200/);
      peer.send(call.request('ACK'));
      return ok.body;
    };
    expect(await reinvite(offer(rtp.port, '0 101', ['a=sendonly']))).toContain('a=recvonly');
    expect(await reinvite(offer(rtp.port, '0 101', ['a=inactive']))).toContain('a=inactive');

    const elsewhere = await openRtp();
    expect(await reinvite(offer(elsewhere.port))).toContain('a=sendrecv');
    leg.audio.setSource(sine(700));
    await elsewhere.hears(700);
    elsewhere.close();
  });

  it('stays up when a re-INVITE has no codec in common', async () => {
    const { call } = await connect();
    peer.send(call.request('INVITE', { body: offer(rtp.port, '18') }));
    expect((await peer.next(/^SIP\/2.0 488/)).header('Warning')).toContain('305');
    peer.send(call.request('OPTIONS'));
    await peer.next(/^SIP\/2.0 200/);
  });

  it('makes the offer itself when a re-INVITE brings none', async () => {
    const { call } = await connect();
    peer.send(call.request('INVITE'));
    expect((await peer.next(/^SIP\/2.0 200/)).body).toContain('m=audio');
    peer.send(call.request('ACK', { body: offer(rtp.port) }));
    peer.send(call.request('BYE'));
    await peer.next(/^SIP\/2.0 200/);
  });

  it('hears keys once, and sends its own', async () => {
    const { leg, edgePort } = await connect();
    const keys: string[] = [];
    const heard = new Promise<void>((resolve) => {
      leg.audio.onTone((key) => {
        keys.push(key);
        resolve();
      });
    });
    for (const end of [0x0a, 0x0a, 0x8a, 0x8a, 0x8a]) {
      rtp.sendPayload(edgePort, 101, Buffer.from([5, end, 3, 0x20]), false);
    }
    await heard;
    await leg.audio.sendTones(['1', '#']);
    expect(keys).toEqual(['5']);
    expect(rtp.payloadTypes.filter((type) => type === 101).length).toBeGreaterThanOrEqual(22);
  });

  it('takes INFO, UPDATE and unknown methods for what they are', async () => {
    const { call } = await connect();
    for (const [method, status] of [
      ['INFO', /^SIP\/2.0 405/],
      ['UPDATE', /^SIP\/2.0 405/],
      ['FROBNICATE', /^SIP\/2.0 501/],
    ] as const) {
      peer.send(call.request(method));
      await peer.next(status);
    }
    peer.send(call.request('INFO', { cseq: 1, branch: 'z9hG4bKold' }));
    await peer.next(/^SIP\/2.0 500/);
  });

  it('is ended by the edge with BYE, once', async () => {
    const { call, leg } = await connect();
    const gone = Promise.all([leg.hangUp(), leg.hangUp()]);
    const bye = await peer.next(/^BYE/);
    peer.send(call.respond(bye, '200 OK'));
    await gone;
    expect(await leg.ended).toMatchObject({ by: 'us' });
    peer.send(call.request('INFO'));
    await peer.next(/^SIP\/2.0 481/);
  });

  it('is told when the edge closes', async () => {
    const { call } = await connect();
    const closed = edge.server.close();
    peer.send(call.respond(await peer.next(/^BYE/), '200 OK'));
    await closed;
  });
});

function sine(hz: number): () => Int16Array {
  let at = 0;
  return () => {
    const frame = Int16Array.from({ length: 320 }, (_, index) =>
      Math.round(8000 * Math.sin((2 * Math.PI * hz * (at + index)) / 16_000)),
    );
    at += 320;
    return frame;
  };
}
