import { hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openOffer, sealOffer } from '#adapters/acs-tokens/sealed-offer';
import { callIdentity } from '#adapters/call-automation/call-identity';
import type { CallOffer } from '#core/call/offer';
import { parseTeamsAppId, type CallId } from '#core/ids';
import { offer as sample } from '../../../support/offered-call.ts';

const SECRET = 'a secret of at least thirty-two characters';
const offer: CallOffer = { ...sample, ...callIdentity(sample.correlationId) };
const sealed = sealOffer(SECRET, offer) ?? '';
const opened = (text: string | null | undefined, callId: CallId = offer.callId, secret = SECRET) =>
  openOffer(secret, callId, text);

/** 1,024 characters of six bits each, of which no compression makes less; the same every time. */
const incompressible = (seed: string): string =>
  Buffer.from(hkdfSync('sha256', seed, '', '', 768)).toString('base64url');

describe('an offer in a URL', () => {
  it('is the same when it is opened', () => {
    expect(opened(sealed)).toEqual(offer);
    const anonymous: CallOffer = {
      ...offer,
      from: { kind: 'anonymous' },
      headers: { userToUser: 'abc', custom: {} },
    };
    expect(opened(sealOffer(SECRET, anonymous))).toEqual(anonymous);
    const account = parseTeamsAppId('28:orgid:cc123456-5678-5678-1234-ccc123456789') ?? expect.unreachable();
    expect(opened(sealOffer(SECRET, { ...offer, to: account }))).toEqual({ ...offer, to: account });
  });

  it('needs nothing to be escaped, and shows nothing of the caller', () => {
    expect(sealed).toMatch(/^o1\.[\w-]+$/);
    const bytes = Buffer.from(sealed.slice(3), 'base64url').toString('latin1');
    expect(`${sealed} ${bytes}`).not.toMatch(/4255550100|C-1001|disputed/);
  });

  it('is opened for its own call only, by those who know the secret', () => {
    expect(opened(sealed, 'c-ffffffffffffffffffffffff' as CallId)).toBeUndefined();
    expect(opened(sealed, offer.callId, `${SECRET}!`)).toBeUndefined();
  });

  it('is not opened when a character of it was changed', () => {
    fc.assert(
      fc.property(fc.nat({ max: sealed.length - 4 }), fc.constantFrom('A', 'z', '0', '_'), (at, character) => {
        const index = at + 3;
        // The last character has bits that mean nothing.
        fc.pre(sealed.charAt(index) !== character && index < sealed.length - 1);
        expect(opened(`${sealed.slice(0, index)}${character}${sealed.slice(index + 1)}`)).toBeUndefined();
      }),
    );
  });

  it.each([null, undefined, '', 'o1.', 'o2.AAAA', `o1.${'A'.repeat(50)}`, `o1.${'A'.repeat(5_000)}`])(
    'is not %s',
    (text) => {
      expect(opened(text)).toBeUndefined();
    },
  );

  it('is never too long: the longest headers stay behind, and the rest arrives', () => {
    const value = fc.string({ maxLength: 256, size: 'max' });
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,40}$/), value, { maxKeys: 5, size: 'max' }), (custom) => {
        const text = sealOffer(SECRET, { ...offer, headers: { userToUser: undefined, custom } });
        expect(text?.length).toBeLessThanOrEqual(1_600);
        const read = opened(text);
        expect(read).toMatchObject({ from: offer.from, to: offer.to, correlationId: offer.correlationId });
        expect(custom).toMatchObject(read?.headers.custom ?? { unread: true });
      }),
      { numRuns: 200 },
    );
  });

  it('is left out when even the ids are too long', () => {
    const [correlationId, serverCallId, userToUser] = ['one', 'two', 'three'].map(incompressible);
    const long = { ...offer, correlationId, serverCallId } as CallOffer;
    expect(sealOffer(SECRET, { ...long, headers: { userToUser, custom: {} } })).toBeUndefined();
  });
});
