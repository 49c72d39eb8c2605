import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { certificateNames, coversName } from '../../../../sip-edge/sip/certificate-names.ts';
import { formatListenAddress, parseListenAddress } from '../../../../sip-edge/sip/listen-address.ts';
import { loggable } from '../../../../sip-edge/sip/loggable.ts';
import { parseNameAddr, tagOf } from '../../../../sip-edge/sip/name-addr.ts';
import { e164, escapeUriText, parseUri } from '../../../../sip-edge/sip/uri.ts';
import { formatVia, parseVia, responseAddress, stampVia } from '../../../../sip-edge/sip/via.ts';

describe('a URI', () => {
  it('is taken apart', () => {
    expect(parseUri('sips:+15550100:pw@SBC.Test:5061;transport=TLS;lr?X-A=1')).toEqual({
      scheme: 'sips',
      user: '+15550100',
      host: 'sbc.test',
      port: 5061,
      parameters: new Map([
        ['transport', 'TLS'],
        ['lr', ''],
      ]),
    });
  });

  it('may have no user, an IPv6 host, or be a telephone number', () => {
    expect(parseUri('sip:[::1]:5060')).toMatchObject({ user: undefined, host: '[::1]', port: 5060 });
    expect(parseUri('tel:+1-555-0100;phone-context=x')).toMatchObject({ scheme: 'tel', user: '+15550100' });
    expect(parseUri('sip:%2B15550100@a.test')).toMatchObject({ user: '+15550100' });
  });

  it.each(['', 'http://a.test', 'sip:', 'sip:@a.test', 'sip:a@', 'sip:a@b c', 'sip:a@b.test:0', 'sip:%zz@a.test'])(
    'is not %j',
    (text) => {
      expect(parseUri(text)).toBeUndefined();
    },
  );

  it('can carry any text as a header value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(decodeURIComponent(escapeUriText(text))).toBe(text.toWellFormed());
      }),
    );
  });
});

describe('a number', () => {
  it('is E.164 only with + and at most 15 digits', () => {
    expect(['+15550100', '15550100', '+0155', '+1555010012345678', 'anonymous'].map(e164)).toEqual([
      '+15550100',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('a From, To or Contact', () => {
  it('may have a quoted name with anything in it', () => {
    expect(parseNameAddr('"A \\"B\\" <C>; D, E" <sip:a@b.test;p=1>;tag=t')).toMatchObject({
      displayName: 'A "B" <C>; D, E',
      uriText: 'sip:a@b.test;p=1',
      parameters: new Map([['tag', 't']]),
    });
  });

  it('without brackets gives its parameters to the header', () => {
    expect(tagOf('sip:a@b.test;tag=t')).toBe('t');
  });

  it('is never read with an exception', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseNameAddr(text);
        parseUri(`sip:${text}`);
        parseVia(text);
      }),
    );
  });
});

describe('a Via', () => {
  it('says where the answer goes: to where the request came from when it asks for that', () => {
    const via = parseVia('SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bKx;rport')!;
    const stamped = stampVia(via, { address: '192.0.2.7', port: 40_000 });
    expect(formatVia(stamped)).toBe('SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bKx;rport=40000;received=192.0.2.7');
    expect(responseAddress(stamped)).toEqual({ address: '192.0.2.7', port: 40_000 });
  });

  it('without rport is answered at the port it names', () => {
    const via = parseVia('SIP/2.0/UDP sbc.test:5070;branch=z9hG4bKx')!;
    expect(responseAddress(stampVia(via, { address: '192.0.2.7', port: 40_000 }))).toEqual({
      address: '192.0.2.7',
      port: 5070,
    });
  });
});

describe('a certificate', () => {
  const names = certificateNames({
    subject: { CN: 'SBC.test' },
    subjectaltname: 'DNS:*.contoso.com, IP Address:192.0.2.1',
  });

  it('speaks for its common name and its alternatives', () => {
    expect(
      ['sbc.test', 'sbc1.contoso.com', 'SBC1.CONTOSO.COM', '192.0.2.1'].every((name) => coversName(names, name)),
    ).toBe(true);
  });

  it('does not speak for two levels below a wildcard, nor for the domain itself', () => {
    expect(['a.b.contoso.com', 'contoso.com', 'other.test'].some((name) => coversName(names, name))).toBe(false);
    expect(coversName(['*.com'], 'contoso.com')).toBe(false);
  });

  it('cannot smuggle a name in by a comma in another', () => {
    expect(certificateNames({ subjectaltname: 'DNS:"a.test, DNS:sbc.test"' })).not.toContain('sbc.test"');
  });
});

describe('a listen address', () => {
  it('is transport, IP address and port', () => {
    expect(parseListenAddress('tls:[::1]:5061')).toEqual({ transport: 'tls', address: '::1', port: 5061 });
    expect(formatListenAddress({ transport: 'tls', address: '::1', port: 5061 })).toBe('tls:[::1]:5061');
  });

  it.each(['udp:localhost:5060', 'sctp:127.0.0.1:5060', 'udp:127.0.0.1', 'udp:127.0.0.1:70000'])(
    'is not %s',
    (text) => {
      expect(parseListenAddress(text)).toBeUndefined();
    },
  );
});

describe('text from the network in a log line', () => {
  it('is one bounded line without control characters, whatever it was', () => {
    expect(loggable('a\r\nb\u0000\u202ec')).toBe('a\\u000d\\u000ab\\u0000\\u202ec');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        expect(loggable(text)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        expect(loggable(text).length).toBeLessThanOrEqual(200 * 6 + 1);
      }),
    );
  });
});
