import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acsTokenValidator, type TokenValidator } from '#adapters/acs-tokens/token-validator';
import { startHttpRecorder, type HttpRecorder } from '../../../support/http-recorder.ts';

const ISSUER = 'https://acscallautomation.communication.azure.com';
const AUDIENCE = 'a7c5e5ae-0000-4000-8000-2b6c1f5d7e90';

interface Key {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: Record<string, unknown>;
}

async function makeKey(kid: string): Promise<Key> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } };
}

interface Claims {
  readonly issuer?: string;
  readonly audience?: string;
  readonly expiresInS?: number;
  readonly notBeforeInS?: number;
}

async function bearer(key: Key, claims: Claims = {}): Promise<string> {
  const nowS = Math.floor(Date.now() / 1000);
  const token = await new SignJWT()
    .setProtectedHeader({ alg: 'RS256', kid: key.kid })
    .setIssuer(claims.issuer ?? ISSUER)
    .setAudience(claims.audience ?? AUDIENCE)
    .setNotBefore(nowS + (claims.notBeforeInS ?? -1))
    .setExpirationTime(nowS + (claims.expiresInS ?? 300))
    .sign(key.privateKey);
  return `Bearer ${token}`;
}

let keys: HttpRecorder;
let key: Key;
let stranger: Key;
let validate: TokenValidator;
beforeAll(async () => {
  keys = await startHttpRecorder();
  key = await makeKey('key-1');
  stranger = await makeKey('key-of-a-stranger');
  keys.respond({ status: 200, json: { keys: [key.jwk] } });
  validate = acsTokenValidator({ issuer: ISSUER, audience: AUDIENCE, jwksUrl: `${keys.url}/calling/keys` });
});
afterAll(() => keys.close());

describe('a token of the front', () => {
  it('passes', async () => {
    expect(await validate(await bearer(key))).toEqual({ valid: true });
  });

  it('passes a little after its end, since clocks differ', async () => {
    expect(await validate(await bearer(key, { expiresInS: -20 }))).toEqual({ valid: true });
  });

  it.each<[string, string, () => string | undefined | Promise<string>]>([
    ['that is not there', 'missing', () => undefined],
    ['that is empty', 'missing', () => ''],
    ['of another scheme', 'malformed', () => 'Basic dXNlcjpwYXNz'],
    ['that is no token', 'malformed', () => 'Bearer hello'],
    ['with parts that are no JSON', 'malformed', () => 'Bearer AAAA.BBBB.CCCC'],
    ['of endless length', 'malformed', () => `Bearer ${'a'.repeat(10_000)}.b.c`],
    ['of another issuer', 'wrong-issuer', () => bearer(key, { issuer: 'https://evil.example' })],
    ['for another resource', 'wrong-audience', () => bearer(key, { audience: 'another-resource' })],
    ['that has expired', 'expired', () => bearer(key, { expiresInS: -600 })],
    ['that is not valid yet', 'expired', () => bearer(key, { notBeforeInS: 600 })],
    ['signed by a key nobody published', 'unknown-key', () => bearer(stranger)],
    ['signed by another key under a published name', 'bad-signature', () => bearer({ ...stranger, kid: key.kid })],
    [
      'that is not signed',
      'bad-signature',
      () => `Bearer ${new UnsecuredJWT({}).setIssuer(ISSUER).setAudience(AUDIENCE).setExpirationTime('5m').encode()}`,
    ],
    [
      'signed with the public key as a shared secret',
      'bad-signature',
      async () => {
        const secret = new TextEncoder().encode(JSON.stringify(key.jwk));
        const token = new SignJWT().setProtectedHeader({ alg: 'HS256', kid: key.kid }).setIssuer(ISSUER);
        return `Bearer ${await token.setAudience(AUDIENCE).setExpirationTime('5m').sign(secret)}`;
      },
    ],
  ])('%s is refused', async (_, reason, make) => {
    expect(await validate(await make())).toEqual({ valid: false, reason });
  });

  it('without an end is refused', async () => {
    const token = await new SignJWT()
      .setProtectedHeader({ alg: 'RS256', kid: key.kid })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .sign(key.privateKey);
    expect(await validate(`Bearer ${token}`)).toEqual({ valid: false, reason: 'malformed' });
  });

  it('with a changed claim is refused', async () => {
    const [head, , signature] = (await bearer(key)).split('.');
    const claims = Buffer.from(JSON.stringify({ iss: ISSUER, aud: AUDIENCE, exp: 9_999_999_999 })).toString(
      'base64url',
    );
    expect(await validate(`${head}.${claims}.${signature}`)).toEqual({ valid: false, reason: 'bad-signature' });
  });
});

describe('the published keys', () => {
  it('are asked for again when a token names a new one, but not for every stranger', async () => {
    const server = await startHttpRecorder();
    try {
      const next = await makeKey('key-2');
      server.respond({ status: 200, json: { keys: [key.jwk, next.jwk] } });
      const fresh = acsTokenValidator({ issuer: ISSUER, audience: AUDIENCE, jwksUrl: server.url });
      expect(await fresh(await bearer(next))).toEqual({ valid: true });
      for (let count = 0; count < 5; count += 1) await fresh(await bearer(stranger));
      expect(server.requests).toHaveLength(1);
    } finally {
      await server.close();
    }
  });

  it.each([
    ['are refused', { status: 500 }],
    ['are no keys', { status: 200, json: { hello: 1 } }],
  ])('leave a token undecided, so not accepted, when they %s', async (_, response) => {
    const server = await startHttpRecorder();
    try {
      server.respond(response);
      const cut = acsTokenValidator({ issuer: ISSUER, audience: AUDIENCE, jwksUrl: server.url });
      expect(await cut(await bearer(key))).toEqual({ valid: false, reason: 'keys-unavailable' });
    } finally {
      await server.close();
    }
  });

  it('leave a token undecided when nobody serves them', async () => {
    const cut = acsTokenValidator({ issuer: ISSUER, audience: AUDIENCE, jwksUrl: 'http://127.0.0.1:1/keys' });
    expect(await cut(await bearer(key))).toEqual({ valid: false, reason: 'keys-unavailable' });
  });
});
