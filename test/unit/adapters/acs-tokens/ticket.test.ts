import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkTicket, makeTicket } from '#adapters/acs-tokens/ticket';
import type { CallId } from '#core/ids';

const SECRET = 'a secret of at least thirty-two characters';
const call = 'c-0123456789abcdef01234567' as CallId;
const another = 'c-ffffffffffffffffffffffff' as CallId;
const nowMs = 1_790_000_000_000;
const ticket = makeTicket(SECRET, 'media', call, nowMs + 60_000);

describe('a ticket', () => {
  it('opens its call', () => {
    expect(checkTicket(SECRET, 'media', call, ticket, nowMs)).toBe('valid');
  });

  it.each([
    ['another call', () => checkTicket(SECRET, 'media', another, ticket, nowMs), 'forged'],
    ['another purpose', () => checkTicket(SECRET, 'events', call, ticket, nowMs), 'forged'],
    ['another deployment', () => checkTicket(`${SECRET}!`, 'media', call, ticket, nowMs), 'forged'],
    ['a later hour', () => checkTicket(SECRET, 'media', call, ticket, nowMs + 60_000), 'expired'],
    ['nothing when it is missing', () => checkTicket(SECRET, 'media', call, undefined, nowMs), 'missing'],
    ['nothing when it is empty', () => checkTicket(SECRET, 'media', call, '', nowMs), 'missing'],
    ['nothing when it is endless', () => checkTicket(SECRET, 'media', call, 'v'.repeat(10_000), nowMs), 'malformed'],
  ])('does not open %s', (_, check, verdict) => {
    expect(check()).toBe(verdict);
  });

  it('cannot be given more time', () => {
    const [version, expiry, signature] = ticket.split('.');
    expect(checkTicket(SECRET, 'media', call, `${version}.${Number(expiry) + 999}.${signature}`, nowMs)).toBe('forged');
  });

  it('is never valid by accident', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(checkTicket(SECRET, 'media', call, text, nowMs)).not.toBe('valid');
      }),
    );
  });
});
