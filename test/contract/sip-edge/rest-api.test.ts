import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EdgeUnderTest } from '../../support/edge-under-test.ts';

let edge: EdgeUnderTest;
beforeEach(async () => {
  edge = new EdgeUnderTest();
  await edge.start();
});
afterEach(() => edge.close());

const ANSWER = '/calling/callConnections:answer?api-version=2026-03-12';
const UNKNOWN_CALL = '/calling/callConnections/unknown?api-version=2026-03-12';

describe('a request that does not prove who it is from', () => {
  it.each<readonly [string, (body: string) => Record<string, string>]>([
    ['without a signature', () => ({ authorization: '' })],
    [
      'with another key',
      () => ({
        authorization: `HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=${'A'.repeat(43)}=`,
      }),
    ],
    ['with a date of six minutes ago', (body) => edge.signature('POST', ANSWER, body, new Date(Date.now() - 360_000))],
    ['with another body', () => edge.signature('POST', ANSWER, '{}')],
    ['for another path', (body) => edge.signature('POST', `${ANSWER}&x=1`, body)],
    ['with a bearer token, which is not configured', () => ({ authorization: 'Bearer a.b.c' })],
  ])('is refused: %s', async (_, headers) => {
    const { context, leg } = await edge.ring();
    const body = JSON.stringify({ incomingCallContext: context, callbackUri: edge.application.url });
    const response = await edge.signedFetch('POST', ANSWER, body, headers(body));
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { code: '7509' } });
    expect(leg.log).toEqual(['180']);
  });

  it('is accepted with a date of four minutes ago, since the SDK repeats its first date', async () => {
    const signature = edge.signature('GET', UNKNOWN_CALL, '', new Date(Date.now() - 240_000));
    expect((await edge.signedFetch('GET', UNKNOWN_CALL, undefined, signature)).status).toBe(404);
  });
});

describe('a request with a bearer token', () => {
  const issuer = 'https://login.test/tenant';
  const audience = 'https://communication.azure.com';

  async function statusFor(changes: { issuer?: string; audience?: string; foreignKey?: boolean }): Promise<number> {
    await edge.close();
    edge = new EdgeUnderTest();
    await edge.start({ EDGE_BEARER_ISSUER: issuer, EDGE_BEARER_JWKS_URL: 'application:/keys' }, false);
    const ours = await generateKeyPair('RS256');
    const { privateKey } = changes.foreignKey === true ? await generateKeyPair('RS256') : ours;
    const jwk = { ...(await exportJWK(ours.publicKey)), kid: 'k', alg: 'RS256' };
    edge.application.serveFile('/keys', Buffer.from(JSON.stringify({ keys: [jwk] })));
    const token = await new SignJWT()
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .setIssuer(changes.issuer ?? issuer)
      .setAudience(changes.audience ?? audience)
      .setExpirationTime('5m')
      .sign(privateKey);
    return (await edge.signedFetch('GET', UNKNOWN_CALL, undefined, { authorization: `Bearer ${token}` })).status;
  }

  it('is accepted from the issuer that is configured', async () => {
    expect(await statusFor({})).toBe(404);
  });

  it.each([{ issuer: 'https://elsewhere.test' }, { audience: 'https://other.test' }, { foreignKey: true }])(
    'is refused with %j',
    async (changes) => {
      expect(await statusFor(changes)).toBe(401);
    },
  );
});

describe('a request that is wrong', () => {
  it('says which call is not there', async () => {
    await expect(edge.client().getCallConnection('unknown').getCallConnectionProperties()).rejects.toMatchObject({
      statusCode: 404,
      code: '8522',
      message: 'Call not found.',
    });
  });

  it.each([
    ['no JSON', '{', 'The request body is invalid'],
    ['no context', { callbackUri: 'https://app/cb' }, 'incomingCallContext'],
    [
      'a callback address that is no URL',
      { incomingCallContext: 'CTX', callbackUri: 'nowhere' },
      'The field CallbackUri is invalid',
    ],
    [
      'a transport that is unknown',
      {
        incomingCallContext: 'CTX',
        callbackUri: 'https://app/cb',
        mediaStreamingOptions: { transportType: 'quic', transportUrl: 'wss://app', audioChannelType: 'mixed' },
      },
      'mediaStreamingOptions.transportType',
    ],
  ])('is answered 400 with the field: %s', async (_, body, text) => {
    const response = await edge.signedFetch('POST', ANSWER, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { code: '8523', message: expect.stringContaining(text) as string },
    });
  });

  it('is answered 400 without an api-version', async () => {
    expect((await edge.signedFetch('GET', '/calling/callConnections/x')).status).toBe(400);
  });

  it('is answered 413 when its body is larger than anything the API knows', async () => {
    expect((await edge.signedFetch('POST', ANSWER, 'x'.repeat(1024 * 1024 + 1))).status).toBe(413);
  });

  it('is answered 404 for a path that is not published', async () => {
    expect((await edge.signedFetch('POST', '/calling/callConnections:dance?api-version=1', {})).status).toBe(404);
  });

  it('does not get a call with an http callback where that is not allowed', async () => {
    await edge.close();
    edge = new EdgeUnderTest();
    await edge.start({ EDGE_ALLOW_INSECURE_URLS: 'false' }, false);
    const response = await edge.signedFetch('POST', ANSWER, {
      incomingCallContext: 'CTX',
      callbackUri: 'http://app/cb',
    });
    expect(await response.json()).toMatchObject({ error: { message: 'The field CallbackUri is invalid.' } });
  });
});

describe('a repeated request', () => {
  it('gets the first response again, and nothing happens twice', async () => {
    const { context, leg } = await edge.ring();
    const body = { incomingCallContext: context, callbackUri: `${edge.application.url}/callbacks` };
    const headers = { 'repeatability-request-id': randomUUID(), 'x-ms-client-request-id': 'client-1' };
    const [one, other] = await Promise.all([
      edge.signedFetch('POST', ANSWER, body, headers),
      edge.signedFetch('POST', ANSWER, body, headers),
    ]);
    expect(await one.json()).toEqual(await other.json());
    expect(one.headers.get('x-ms-client-request-id')).toBe('client-1');
    expect(leg.log).toEqual(['180', '200']);
  });
});

describe('an ordered fault', () => {
  it('is answered as often as it was ordered, and the SDK sees it', async () => {
    await edge.settings({ faults: [{ surface: 'call-automation', status: 429, times: 1 }] });
    const call = edge.client().getCallConnection('unknown');
    await expect(call.getCallConnectionProperties()).rejects.toMatchObject({ statusCode: 429 });
    await expect(call.getCallConnectionProperties()).rejects.toMatchObject({ statusCode: 404 });
  });

  it('drops the connection', async () => {
    await edge.settings({ faults: [{ surface: 'call-automation', drop: true }] });
    await expect(edge.signedFetch('GET', UNKNOWN_CALL)).rejects.toThrow('fetch failed');
  });
});

describe('the control API', () => {
  it('shows the calls that are up', async () => {
    const { connectionId } = await edge.connect();
    expect(await edge.control('GET', '/calls')).toMatchObject({
      ringing: 0,
      calls: [{ callConnectionId: connectionId, state: 'connected', from: '+14255550100', trunk: 'sbc.test' }],
    });
  });

  it('takes a trunk that announces itself, and routes to it', async () => {
    await edge.control('PUT', '/trunks/sbc.enterprise.test', { address: '127.0.0.1', port: 5080, transport: 'udp' });
    expect(await edge.control('GET', '/trunks')).toMatchObject({
      trunks: [{ fqdn: 'sbc.enterprise.test', host: '127.0.0.1', sipSignalingPort: 5080, transport: 'udp' }],
    });
    const configuration = await (await edge.signedFetch('GET', '/sip?api-version=2023-03-01')).json();
    expect(configuration).toMatchObject({ routes: [{ trunks: ['sbc.enterprise.test'] }] });
  });

  it.each([
    ['PUT', '/settings', { transferBye: 'never' }, /transferBye/],
    ['PUT', '/settings', { callbacks: { duplicates: -1 } }, /duplicates/],
    ['PUT', '/settings', { faults: [{ surface: 'moon' }] }, /surface/],
    ['PUT', '/trunks/sbc.test', { address: 'sbc.test', port: 5060, transport: 'udp' }, /IP address/],
    ['GET', '/secrets', undefined, /404/],
  ])('says what is wrong with %s %s %j', async (method, path, body, text) => {
    await expect(edge.control(method, path, body)).rejects.toThrow(text);
  });
});
