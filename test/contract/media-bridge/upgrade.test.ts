import { UnsecuredJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallId } from '#core/ids';
import { sealOffer } from '#adapters/acs-tokens/sealed-offer';
import { callIdentity } from '#adapters/call-automation/call-identity';
import { callIn } from '../../support/call.ts';
import { connectMedia, type ConnectResult } from '../../support/acs-media-socket.ts';
import {
  AUDIENCE,
  ISSUER,
  startBridgeUnderTest,
  TICKET_SECRET,
  type BridgeUnderTest,
} from '../../support/bridge-under-test.ts';
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

describe('a media socket whose URL says what the row would', () => {
  const anOffer = { ...offer, ...callIdentity(offer.correlationId) };
  const url = (sealed = sealOffer(TICKET_SECRET, anOffer)): string =>
    `${under.mediaUrl(anOffer.callId)}&offer=${sealed ?? ''}`;

  it('is accepted when there is no row yet, and the conversation knows who calls', async () => {
    const result = await connect(url(), await under.token());
    if (!result.accepted) throw new Error(`refused with ${result.status}`);
    await result.socket.count('AudioData', 10);
    expect(await under.line('call row not read, offer taken from the URL')).toMatchObject({ callId: anOffer.callId });
  });

  it.each<[string, () => Promise<never>]>([
    ['are refused', () => Promise.reject(new Error('storage is down'))],
    ['hang', () => new Promise<never>(() => undefined)],
  ])('is accepted while both rows %s', async (_, fails) => {
    await under.close();
    under = await startBridgeUnderTest({
      calls: { load: fails, create: fails, replace: fails },
      sessions: { load: fails, claim: fails },
    });
    const result = await connect(url(), await under.token());
    if (!result.accepted) throw new Error(`refused with ${result.status}`);
    await result.socket.count('AudioData', 10);
    expect(await under.line('session row not claimed')).toMatchObject({ callId: anOffer.callId });
  });

  it('is refused when the row says that the call has ended', async () => {
    await under.putCall({ ...callIn.ended, offer: anOffer });
    await expectRefused(await connect(url(), await under.token()), 404, 'call has ended');
  });

  it('is accepted when that was inferred only: the front brings audio, so the call is up', async () => {
    await under.putCall({ ...callIn.ended, offer: anOffer, source: 'inference', connectionId: undefined });
    expect(await connect(url(), await under.token())).toMatchObject({ accepted: true });
  });

  it.each([
    ['forged', () => `o1.${'A'.repeat(300)}`],
    ['that of another call', () => sealOffer(TICKET_SECRET, { ...anOffer, callId: otherCall })],
  ])('is refused without a row when its offer is %s', async (_, sealed) => {
    await expectRefused(await connect(url(sealed()), await under.token()), 404, 'no such call');
  });

  it('needs its token and its ticket all the same', async () => {
    await expectRefused(await connect(url()), 401, 'token missing');
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
    expect(await result.socket.closed).toBe(1012);
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
