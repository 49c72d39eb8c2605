import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ActiveLeg, ReferResult } from '../../../sip-edge/leg.ts';
import { offer, openRtp, peerCall, type PeerCall, type RtpEnd } from './sip-call.ts';
import { type Edge, openEdge } from './sip-edge.ts';
import { openPeer, type PeerMessage, type SipPeer } from './sip-peer.ts';

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

async function connect(): Promise<{ call: PeerCall; leg: ActiveLeg }> {
  const call = peerCall(peer);
  peer.send(call.request('INVITE', { headers: ['Allow: INVITE, ACK, BYE, REFER, NOTIFY'], body: offer(rtp.port) }));
  const answering = (await edge.ringing()).answer();
  call.answered(await peer.next(/^SIP\/2.0 200/));
  peer.send(call.request('ACK'));
  return { call, leg: await answering };
}

interface Transfer {
  readonly call: PeerCall;
  readonly leg: ActiveLeg;
  readonly refer: PeerMessage;
  readonly result: Promise<ReferResult>;
  readonly accepted: Promise<void>;
}

async function transfer(connected?: { call: PeerCall; leg: ActiveLeg }): Promise<Transfer> {
  const { call, leg } = connected ?? (await connect());
  const accepted = Promise.withResolvers<undefined>();
  const result = leg.refer(
    {
      target: '+15550142',
      headers: { userToUser: '6869;encoding=hex', custom: [{ name: 'X-AI-Summary', value: 'wants-a-refund' }] },
      referredBy: { 'x-ti': 'abc' },
      onAccepted: () => accepted.resolve(undefined),
    },
    new AbortController().signal,
  );
  return { call, leg, refer: await peer.next(/^REFER/), result, accepted: accepted.promise };
}

async function notify(
  call: PeerCall,
  sipfrag: string,
  state = 'active;expires=60',
  event = 'refer',
): Promise<PeerMessage> {
  const text = call.request('NOTIFY', {
    headers: [`Event: ${event}`, `Subscription-State: ${state}`, 'Content-Type: message/sipfrag;version=2.0'],
  });
  peer.send(text.replace('Content-Length: 0\r\n\r\n', `Content-Length: ${sipfrag.length}\r\n\r\n${sipfrag}`));
  return peer.next(/^SIP\/2.0/);
}

describe('a transfer by REFER', () => {
  it('names the target, who refers and what is known, and has worked when the target answers', async () => {
    const { call, leg, refer, result, accepted } = await transfer();
    expect(leg.takesRefer).toBe(true);
    expect(refer.header('Refer-To')).toMatch(/^<sip:\+15550142@127\.0\.0\.1:\d+;user=phone>$/);
    expect(refer.header('Referred-By')).toMatch(/^<sip:127\.0\.0\.1:\d+;x-ti=abc>$/);
    expect([refer.header('X-AI-Summary'), refer.header('User-to-User')]).toEqual([
      'wants-a-refund',
      '6869;encoding=hex',
    ]);
    peer.send(call.respond(refer, '202 Accepted'));
    await accepted;
    expect((await notify(call, 'SIP/2.0 180 Ringing\r\n')).startLine).toBe('SIP/2.0 200 OK');
    await notify(call, 'SIP/2.0 200 OK\r\n', 'terminated;reason=noresource');
    expect(await result).toEqual({ kind: 'completed' });
    peer.send(call.request('BYE'));
    await peer.next(/^SIP\/2.0 200/);
    await leg.ended;
  });

  it('has failed with the status the target gave', async () => {
    const { call, refer, result } = await transfer();
    peer.send(call.respond(refer, '202 Accepted'));
    await notify(call, 'SIP/2.0 486 Busy Here\r\n', 'terminated;reason=noresource');
    expect(await result).toEqual({ kind: 'failed', status: 486 });
  });

  it('is accepted by a NOTIFY that overtakes the 202', async () => {
    const { call, refer, result, accepted } = await transfer();
    await notify(call, 'SIP/2.0 100 Trying\r\n');
    await accepted;
    peer.send(call.respond(refer, '202 Accepted'));
    await notify(call, 'SIP/2.0 200 OK\r\n', 'terminated');
    expect(await result).toEqual({ kind: 'completed' });
  });

  it('is refused by a peer that takes none', async () => {
    const { call, refer, result } = await transfer();
    peer.send(call.respond(refer, '405 Method Not Allowed'));
    expect(await result).toEqual({ kind: 'refused', status: 405 });
  });

  it('counts as left when the peer hangs up after accepting', async () => {
    const { call, leg, refer, result, accepted } = await transfer();
    peer.send(call.respond(refer, '202 Accepted'));
    await accepted;
    peer.send(call.request('BYE'));
    expect(await result).toEqual({ kind: 'peer-left' });
    expect(await leg.ended).toMatchObject({ by: 'peer' });
  });

  it('is followed after our own early BYE', async () => {
    const { call, leg, refer, result, accepted } = await transfer();
    peer.send(call.respond(refer, '202 Accepted'));
    await accepted;
    const gone = leg.hangUp();
    peer.send(call.respond(await peer.next(/^BYE/), '200 OK'));
    await gone;
    expect((await notify(call, 'SIP/2.0 200 OK\r\n', 'terminated')).startLine).toBe('SIP/2.0 200 OK');
    expect(await result).toEqual({ kind: 'completed' });
    expect((await notify(call, 'SIP/2.0 200 OK\r\n', 'terminated')).startLine).toBe('SIP/2.0 200 OK');
  });

  it('is not told its outcome by a late NOTIFY of the one before', async () => {
    const first = await transfer();
    const { call } = first;
    peer.send(call.respond(first.refer, '202 Accepted'));
    await notify(call, 'SIP/2.0 486 Busy Here\r\n', 'terminated', `refer;id=${parseInt(first.refer.header('CSeq')!)}`);
    expect(await first.result).toEqual({ kind: 'failed', status: 486 });
    const second = await transfer(first);
    const id = parseInt(second.refer.header('CSeq')!);
    peer.send(call.respond(second.refer, '202 Accepted'));
    await second.accepted;
    expect((await notify(call, 'SIP/2.0 486 Busy Here\r\n')).startLine).toBe('SIP/2.0 200 OK');
    expect((await notify(call, 'SIP/2.0 486 Busy Here\r\n', 'terminated', `refer;id=${id + 9}`)).startLine).toMatch(
      /481/,
    );
    await notify(call, 'SIP/2.0 200 OK\r\n', 'terminated', `refer;id=${id}`);
    expect(await second.result).toEqual({ kind: 'completed' });
  });

  it('can be one at a time only', async () => {
    const { leg } = await transfer();
    const request = {
      target: '+15550143',
      headers: { userToUser: undefined, custom: [] },
      referredBy: {},
      onAccepted: () => undefined,
    };
    expect(await leg.refer(request, new AbortController().signal)).toEqual({ kind: 'refused', status: 491 });
  });

  it('carries its headers in Refer-To where that is wanted', async () => {
    await edge.server.close();
    edge = await openEdge({ transferHeaders: 'refer-to' });
    peer.close();
    peer = await openPeer(edge.address('udp'));
    const { refer } = await transfer();
    expect(refer.header('Refer-To')).toMatch(/\?User-to-User=6869%3Bencoding%3Dhex&X-AI-Summary=wants-a-refund>$/);
    expect(refer.header('X-AI-Summary')).toBeUndefined();
  });
});
