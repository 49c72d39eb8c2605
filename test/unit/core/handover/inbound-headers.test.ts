import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packHeaders } from '#core/handover/headers';
import { headerValue, readInboundHeaders } from '#core/handover/inbound-headers';
import type { ContextId } from '#core/ids';

describe('a custom header of an inbound call', () => {
  it.each([
    'X-Customer-ID',
    'x-customer-id',
    'x-MS-Custom-CustomerId',
    'X-MS-Custom-Customer-ID',
    'X-MS-CUSTOM-CUSTOMER-ID',
    'xMsCustomCustomerId',
    'xmscustomcustomerid',
    'Customer-ID',
  ])('is found by its name when it comes as %s', (name) => {
    const headers = readInboundHeaders({ [name]: 'C-1001' });
    expect(headerValue(headers, 'customer-id')).toBe('C-1001');
    expect(headerValue(headers, 'X-Customer-ID')).toBe('C-1001');
    expect(headerValue(headers, 'call-reason')).toBeUndefined();
  });

  it('keeps its name, without the prefix', () => {
    expect(readInboundHeaders({ 'X-MS-Custom-Call-Reason': 'lost card' }).custom).toEqual({
      'call-reason': 'lost card',
    });
  });

  it('counts once when it comes under two prefixes with one value', () => {
    expect(readInboundHeaders({ 'X-Tier': 'gold', 'X-MS-Custom-Tier': 'gold' }).custom).toEqual({ tier: 'gold' });
  });

  it.each([
    ['before', { 'X-Trunk': 'stranger', 'X-MS-Custom-Trunk': 'sbc1' }],
    ['after', { 'X-MS-Custom-Trunk': 'sbc1', 'X-Trunk': 'stranger' }],
    ['with hyphens of its own', { 'X-T-Runk': 'stranger', 'X-MS-Custom-Trunk': 'sbc1' }],
    ['twice, to be the majority', { 'X-Trunk': 'stranger', trunk: 'stranger', 'X-MS-Custom-Trunk': 'sbc1' }],
  ])('is nobody’s word when a stranger’s stands %s the one of the SBC', (_, sent) => {
    expect(readInboundHeaders({ ...sent, 'X-Tier': 'gold' }).custom).toEqual({ tier: 'gold' });
  });

  it('is nobody’s word either when a flood stands between the two', () => {
    const flood = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`X-H${n}`, 'v']));
    const sent = { 'X-Trunk': 'stranger', ...flood, 'X-MS-Custom-Trunk': 'sbc1' };
    expect(headerValue(readInboundHeaders(sent), 'trunk')).toBeUndefined();
  });

  it.each([
    ['percent-encoded', 'disputed%20charge%20%E2%82%AC5', 'disputed charge €5'],
    ['with a per cent sign of its own', 'save 20% today', 'save 20% today'],
    ['with an escape that is none', '100%zz', '100%zz'],
    ['with a line break', 'a\r\nX-Injected: 1', 'a X-Injected: 1'],
    ['with an encoded line break and NUL', 'a%0D%0Ab%00c', 'a b c'],
    ['too long', 'a'.repeat(10_000), 'a'.repeat(256)],
    ['too long and encoded', '%C3%A9'.repeat(300), 'é'.repeat(256)],
  ])('%s is bounded plain text', (_, sent, read) => {
    expect(headerValue(readInboundHeaders({ 'X-Call-Reason': sent }), 'call-reason')).toBe(read);
  });

  it('is left out when its name could not have come from a SIP message', () => {
    const headers = readInboundHeaders({
      'X-Bad Name': '1',
      'X-Néw': '1',
      'X-': '1',
      [`X-${'n'.repeat(63)}`]: '1',
      'X-Number': 1,
      'X-Good': '1',
    });
    expect(headers.custom).toEqual({ good: '1' });
  });

  it('does not become anybody’s prototype', () => {
    const sent: unknown = JSON.parse('{"X-__proto__":"a","__proto__":"b","X-constructor":"c"}');
    const { custom } = readInboundHeaders(sent);
    expect(Object.getPrototypeOf(custom)).toBe(Object.prototype);
    expect(custom).toEqual({ constructor: 'c' });
    expect(headerValue(readInboundHeaders({}), 'constructor')).toBeUndefined();
  });

  it('is one of twenty at most', () => {
    const flood = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`X-H${n}`, 'v']));
    expect(Object.keys(readInboundHeaders(flood).custom)).toHaveLength(20);
  });
});

describe('User-to-User', () => {
  it.each([
    ['hex that says so', '374b334d;encoding=hex', '7K3M'],
    ['hex that does not', '374b334d', '7K3M'],
    ['hex with other parameters', '374B334D;purpose=call-center;encoding=hex;content=text', '7K3M'],
    ['hex in quotes', '"374b334d";encoding=hex', '7K3M'],
    ['UTF-8 in hex', 'c3a9;encoding=hex', 'é'],
    ['plain text', 'C-1001', 'C-1001'],
    ['quoted text with a semicolon', '"a;b";encoding=ascii', 'a;b'],
    ['percent-encoded text', 'disputed%20charge', 'disputed charge'],
    ['digits that are no text', '12345678', '12345678'],
    ['octets that are no text', '00FA080001;encoding=hex', '00FA080001'],
    ['hex under another encoding', '374b;encoding=base64', '374b'],
  ])('reads %s', (_, sent, read) => {
    expect(readInboundHeaders({ 'User-To-User': sent }).userToUser).toBe(read);
  });

  it.each(['User-To-User', 'user-To-User', 'userToUser', 'USER-TO-USER'])('is found as %s', (name) => {
    expect(readInboundHeaders({ [name]: 'abc' })).toEqual({ userToUser: 'abc', custom: {} });
  });

  it.each(['', ' ', ';encoding=hex', '""'])('is absent when there is nothing in %j', (value) => {
    expect(readInboundHeaders({ 'User-To-User': value }).userToUser).toBeUndefined();
  });

  it('reads what we write ourselves', () => {
    const { userToUser, custom } = packHeaders(
      {
        contextId: '7K3M9QX2TD' as ContextId,
        reason: 'policy',
        intent: 'Öffnungszeiten',
        summary: '',
        sentiment: 'neutral',
        language: 'de-DE',
        verified: true,
        customerId: undefined,
      },
      'X-MS-Custom-',
    );
    const sent = Object.fromEntries(custom.map(({ name, value }) => [`X-MS-Custom-${name}`, value]));
    const headers = readInboundHeaders({ ...sent, 'User-To-User': userToUser });
    expect(headers.userToUser).toBe('7K3M9QX2TD');
    expect(headerValue(headers, 'ai-intent')).toBe('Öffnungszeiten');
  });
});

describe('whatever arrives as headers', () => {
  it('is read without an error, bounded and on one line', () => {
    const anyText = fc.string({ unit: 'binary', maxLength: 400, size: 'max' });
    const anyHeaders = fc.oneof(
      fc.anything(),
      fc.dictionary(
        fc.oneof(anyText, fc.constantFrom('User-To-User', 'X-A', 'x-ms-custom-a')),
        fc.oneof(anyText, fc.anything()),
      ),
    );
    fc.assert(
      fc.property(anyHeaders, anyText, (sent, name) => {
        const { userToUser = '', custom } = readInboundHeaders(sent);
        headerValue({ userToUser, custom }, name);
        for (const [key, value] of [...Object.entries(custom), ['user-to-user', userToUser] as const]) {
          expect(key).toMatch(/^[\x21-\x7e]{1,64}$/);
          expect(value.length).toBeLessThanOrEqual(256);
          expect(value.isWellFormed()).toBe(true);
          expect(value).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        }
      }),
      { numRuns: 500 },
    );
  });
});
