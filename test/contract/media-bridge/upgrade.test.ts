import { UnsecuredJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallId } from '#core/ids';
import { callIn } from '../../support/call.ts';
import { connectMedia, type ConnectResult } from '../../support/acs-media-socket.ts';
import { AUDIENCE, ISSUER, startBridgeUnderTest, type BridgeUnderTest } from '../../support/bridge-under-test.ts';
import { connectionId, offer } from '../../support/offered-call.ts';

const { callId } = offer;
const otherCall = 'c-ffffffffffffffffffffffff' as CallId;

let under: BridgeUnderTest;
beforeEach(async () => {
  under = await startBridgeUnderTest();
  await under.putCall();
});
afterEach(() => under.close());

const connect = async (url = under.mediaUrl(callId), authorization?: string): Promise<ConnectResult> =>
  connectMedia(url, {
    'x-ms-call-connection-id': connectionId,
    'x-ms-call-correlation-id': offer.correlationId,
    ...(authorization === undefined ? {} : { authorization }),
  });

async function expectRefused(result: ConnectResult, status: number, reason: string): Promise<void> {
  expect(result).toEqual({ accepted: false, status, body: '' });
  expect(await under.line('media socket refused')).toMatchObject({ status, reason });
  expect(under.bridge.registry.size).toBe(0);
  expect(under.sessions.rows.size).toBe(0);
  expect(under.ears.streams).toEqual([]);
  expect(under.openDetectors).toBe(0);
}

describe('a media socket with the token and the ticket of its call', () => {
  it('is accepted, and hears the greeting', async () => {
    const result = await connect(undefined, await under.token());
    if (!result.accepted) throw new Error(`refused with ${result.status}`);
    await result.socket.count('AudioData', 10);
    expect(under.voice.spoken).toEqual(['Hello, how can I help?']);
    expect(await under.line('media connected')).toMatchObject({ callId, correlationId: offer.correlationId });
  });
});

describe('a media socket without a good token', () => {
  it.each<[string, string, () => Promise<string | undefined>]>([
    ['has none', 'token missing', () => Promise.resolve(undefined)],
    ['has another issuer', 'token wrong-issuer', () => under.token({ issuer: 'https://evil.example' })],
    ['is for another resource', 'token wrong-audience', () => under.token({ audience: 'another-resource' })],
    ['has expired', 'token expired', () => under.token({ expiresInS: -600 })],
    ['is signed by an unknown key', 'token unknown-key', () => under.token({ byStranger: true })],
    [
      'is not signed',
      'token bad-signature',
      () => {
        const token = new UnsecuredJWT({}).setIssuer(ISSUER).setAudience(AUDIENCE).setExpirationTime('5m').encode();
        return Promise.resolve(`Bearer ${token}`);
      },
    ],
    ['is rubbish', 'token malformed', () => Promise.resolve('Bearer rubbish')],
  ])('that %s is refused before the upgrade, and nothing has changed', async (_, reason, token) => {
    await expectRefused(await connect(undefined, await token()), 401, reason);
  });
});

describe('a media socket without a good ticket', () => {
  it.each<[string, string, () => string]>([
    ['has none', 'ticket missing', () => under.mediaUrl(callId, '')],
    ['has that of another call', 'ticket forged', () => under.mediaUrl(callId, under.ticket(otherCall))],
    ['has an expired one', 'ticket expired', () => under.mediaUrl(callId, under.ticket(callId, -1_000))],
    ['has rubbish', 'ticket malformed', () => under.mediaUrl(callId, 'rubbish')],
  ])('that %s is refused before the upgrade, whatever its token', async (_, reason, url) => {
    await expectRefused(await connect(url(), await under.token()), 401, reason);
  });
});

describe('a media socket of a call that is not there', () => {
  it('is refused when no call has this id', async () => {
    await expectRefused(await connect(under.mediaUrl(otherCall), await under.token()), 404, 'no such call');
  });

  it('is refused when the call has ended', async () => {
    await under.putCall(callIn.ended);
    await expectRefused(await connect(undefined, await under.token()), 404, 'call has ended');
  });

  it.each(['/', '/media/', '/media/..%2f..%2fetc', '/media/x', '/other/c-0123456789abcdef01234567', '//'])(
    'is refused at %s',
    async (path) => {
      const url = `${under.bridge.url.replace('http:', 'ws:')}${path}`;
      await expectRefused(await connect(url, await under.token()), 404, 'no such path');
    },
  );

  it('comes before the row knows the connection, and takes its id from the socket', async () => {
    await under.putCall(callIn.offered);
    const result = await connect(undefined, await under.token());
    expect(result.accepted).toBe(true);
  });
});

describe('a bridge whose front may leave out the token', () => {
  beforeEach(async () => {
    await under.close();
    under = await startBridgeUnderTest({ missingToken: 'accepted' });
    await under.putCall();
  });

  it('accepts a socket without one', async () => {
    expect((await connect()).accepted).toBe(true);
  });

  it('never accepts a wrong one', async () => {
    const result = await connect(undefined, await under.token({ audience: 'another-resource' }));
    await expectRefused(result, 401, 'token wrong-audience');
  });

  it('never accepts a socket without a ticket', async () => {
    await expectRefused(await connect(under.mediaUrl(callId, '')), 401, 'ticket missing');
  });
});

describe('a bridge that drains', () => {
  it('takes no new socket and says so to the load balancer', async () => {
    const result = await connect(undefined, await under.token());
    if (!result.accepted) throw new Error('refused');
    const healthy = await fetch(`${under.bridge.url}/healthz`);
    expect([healthy.status, await healthy.json()]).toEqual([200, { state: 'serving', calls: 1 }]);
    const closing = under.bridge.close(60_000);
    const draining = await fetch(`${under.bridge.url}/healthz`);
    expect([draining.status, await draining.json()]).toEqual([503, { state: 'draining', calls: 1 }]);
    expect(await connect(undefined, await under.token())).toMatchObject({ accepted: false, status: 503 });
    expect(result.socket.isOpen).toBe(true);
    result.socket.close();
    await closing;
    expect(await under.line('media closed')).toMatchObject({ callId, reason: 'socket-closed' });
  });

  it('gives the calls that are left to other bridges when its time is over', async () => {
    const result = await connect(undefined, await under.token());
    if (!result.accepted) throw new Error('refused');
    await under.bridge.close(1);
    expect(await result.socket.closed).toBe(1000);
    expect(await under.line('media closed')).toMatchObject({ reason: 'drained' });
  });

  it('waits no longer when it is told a second time', async () => {
    const result = await connect(undefined, await under.token());
    if (!result.accepted) throw new Error('refused');
    const closing = under.bridge.close(600_000);
    await under.bridge.close(0);
    await closing;
    expect(under.openDetectors).toBe(0);
  });
});
