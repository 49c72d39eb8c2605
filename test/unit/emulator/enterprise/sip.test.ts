import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageFramer } from '../../../../emulator/enterprise/sip/framing.ts';
import { customHeaders, decodeHeader, headersOfUri, readHeaders } from '../../../../emulator/enterprise/sip/headers.ts';
import { readSdp, writeSdp } from '../../../../emulator/enterprise/sip/sdp.ts';

const messageWith = (body: string): string =>
  `OPTIONS sip:a SIP/2.0\r\nCall-ID: 1\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

describe('a TCP stream of SIP messages', () => {
  it('is cut at the same places however it arrives', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 }),
        fc.integer({ min: 1, max: 50 }),
        (bodies, size) => {
          const stream = Buffer.from(bodies.map((body) => `${messageWith(body)}\r\n\r\n`).join(''));
          const framer = new MessageFramer();
          const messages: string[] = [];
          for (let start = 0; start < stream.length; start += size) {
            messages.push(...framer.push(stream.subarray(start, start + size)));
          }
          expect(messages).toEqual(bodies.map(messageWith));
        },
      ),
    );
  });

  it('cannot be read on when a message does not say how long it is, or is too long', () => {
    expect(() => new MessageFramer().push(Buffer.from('OPTIONS sip:a SIP/2.0\r\n\r\n'))).toThrow('Content-Length');
    const huge = 'OPTIONS sip:a SIP/2.0\r\nContent-Length: 9999999\r\n\r\n';
    expect(() => new MessageFramer().push(Buffer.from(huge))).toThrow('limit');
  });
});

describe('the headers of a message', () => {
  it('keep their casing, and folded lines are one', () => {
    const message = 'INVITE sip:a SIP/2.0\r\nX-AI-Summary: one\r\n two\r\nuser-to-user: x\r\nVia: y\r\n\r\nX-Body: no';
    expect(customHeaders(readHeaders(message))).toEqual([
      { name: 'X-AI-Summary', value: 'one two' },
      { name: 'user-to-user', value: 'x' },
    ]);
  });

  it.each([
    ['X-Reason', 'a%20disputed%20charge', 'a disputed charge'],
    ['X-Reason', '100%', '100%'],
    ['User-to-User', '4d61726961;encoding=hex', 'Maria'],
    ['User-to-User', '4d61726961; encoding="hex" ;purpose=isdn-uui', 'Maria'],
    ['User-to-User', 'zz;encoding=hex', 'zz'],
    ['User-to-User', 'plain%20text', 'plain text'],
  ])('%s: %s reads as "%s"', (name, value, decoded) => {
    expect(decodeHeader({ name, value }).decoded).toBe(decoded);
  });

  it('decode to something whatever they hold', () => {
    fc.assert(
      fc.property(fc.constantFrom('X-A', 'User-to-User'), fc.string({ unit: 'binary' }), (name, value) => {
        expect(typeof decodeHeader({ name, value }).decoded).toBe('string');
      }),
    );
  });

  it('may be carried in the URI of Refer-To', () => {
    expect(headersOfUri('<sip:+1@edge.test?X-AI-Summary=a%20b&User-to-User=4d%3Bencoding%3Dhex>')).toEqual([
      { name: 'X-AI-Summary', value: 'a b' },
      { name: 'User-to-User', value: '4d;encoding=hex' },
    ]);
    expect(headersOfUri('<sip:+1@edge.test>')).toEqual([]);
  });
});

describe('a session description', () => {
  it('is read as it was written', () => {
    expect(readSdp(writeSdp('127.0.0.1', 4_000, ['PCMA', 'PCMU']))).toEqual({
      host: '127.0.0.1',
      port: 4_000,
      codecs: ['PCMA', 'PCMU'],
      telephoneEventType: 101,
    });
  });

  it.each([
    ['no audio', 'v=0\r\nc=IN IP4 127.0.0.1\r\n'],
    ['a refused audio line', 'c=IN IP4 127.0.0.1\r\nm=audio 0 RTP/AVP 0\r\n'],
    ['no codec of ours', 'c=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 9 18\r\n'],
    ['no address', 'm=audio 4000 RTP/AVP 0\r\n'],
  ])('with %s is no basis for a call', (_, sdp) => {
    expect(readSdp(sdp)).toBeUndefined();
  });

  it('is looked at without harm whatever it holds', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (sdp) => void readSdp(`m=audio ${sdp}`)));
  });
});
