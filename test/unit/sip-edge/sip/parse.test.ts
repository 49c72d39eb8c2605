import fc from 'fast-check';
import { Core } from 'sip.js';
import { describe, expect, it } from 'vitest';
import { callIdOf, cseqOf, headerOf, listOf, type SipMessage } from '../../../../sip-edge/sip/message.ts';
import { parseMessage } from '../../../../sip-edge/sip/parse.ts';
import { serializeMessage } from '../../../../sip-edge/sip/serialize.ts';
import { INVITE_LINES, inviteWith, sipText } from './sip-text.ts';

function parsed(bytes: Buffer): SipMessage {
  const result = parseMessage(bytes);
  if (result.kind !== 'message') throw new Error(`not a message: ${JSON.stringify(result)}`);
  return result.message;
}

describe('a well-formed request', () => {
  it('is read into method, URI, headers and body', () => {
    const body = 'v=0\r\n';
    const lines = [...INVITE_LINES.slice(0, -1), `Content-Length: ${body.length}`];
    expect(parsed(sipText(lines, `${body}garbage beyond`))).toMatchObject({
      kind: 'request',
      method: 'INVITE',
      uri: 'sip:+15550100@127.0.0.1;user=phone',
      body,
    });
  });

  it('may use compact header names', () => {
    const message = parsed(
      sipText([
        'OPTIONS sip:edge.test SIP/2.0',
        'v: SIP/2.0/UDP a.test;branch=z9hG4bK1',
        'f: <sip:a.test>;tag=1',
        't: <sip:edge.test>',
        'i: x',
        'CSeq: 1 OPTIONS',
        'm: <sip:a.test>',
        'l: 0',
      ]),
    );
    expect([callIdOf(message), headerOf(message, 'contact'), headerOf(message, 'Via')]).toEqual([
      'x',
      '<sip:a.test>',
      'SIP/2.0/UDP a.test;branch=z9hG4bK1',
    ]);
  });

  it('may fold a header over several lines', () => {
    const message = parsed(inviteWith('X-Note', 'X-Note: one\r\n  two\r\n\tthree'));
    expect(headerOf(message, 'x-note')).toBe('one two three');
  });

  it('may put several values on one line, commas in quotes being no separators', () => {
    const message = parsed(inviteWith('Contact', 'Contact: "Doe, Jane" <sip:a@b.test;x=1,2>, <sip:c@d.test>'));
    expect(listOf(message, 'Contact')).toEqual(['"Doe, Jane" <sip:a@b.test;x=1,2>', '<sip:c@d.test>']);
  });

  it('survives a header line that is none', () => {
    expect(parsed(inviteWith('nonsense', 'this line has no colon')).kind).toBe('request');
  });

  it('is kept alive by line ends before it', () => {
    expect(parsed(Buffer.concat([Buffer.from('\r\n\r\n'), sipText(INVITE_LINES)])).kind).toBe('request');
  });

  it('means the same to another SIP parser after we wrote it', () => {
    const written = serializeMessage(parsed(sipText(INVITE_LINES))).toString();
    const logger = new Core.LoggerFactory();
    logger.builtinEnabled = false;
    const other = Core.Parser.parseMessage(written, logger.getLogger('test'));
    expect([other?.callId, other?.cseq, other?.fromTag, other?.from.displayName]).toEqual([
      'call-1@sbc.enterprise.test',
      1,
      'from1',
      'IVR',
    ]);
  });
});

describe('a request that cannot be understood', () => {
  it.each([
    ['no To', 'To', undefined],
    ['a From that is no address', 'From', 'From: nobody'],
    ['no Call-ID', 'Call-ID', undefined],
    ['a CSeq of another method', 'CSeq', 'CSeq: 1 BYE'],
    ['a CSeq beyond 2^31', 'CSeq', 'CSeq: 4294967296 INVITE'],
    ['a Content-Length that is no number', 'Content-Length', 'Content-Length: many'],
    ['a body shorter than announced', 'Content-Length', 'Content-Length: 10'],
  ])('is not taken: %s', (_what, name, line) => {
    expect(parseMessage(inviteWith(name, line)).kind).not.toBe('message');
  });

  it('deserves a 400 when its addresses can be read', () => {
    expect(parseMessage(inviteWith('From', 'From: nobody'))).toMatchObject({ kind: 'malformed' });
  });

  it('is dropped when nobody could be answered', () => {
    expect(parseMessage(inviteWith('Via', 'Via: to nowhere')).kind).toBe('junk');
  });

  it('is dropped when it is an ACK, which is never answered', () => {
    const ack = INVITE_LINES.map((line) => line.replaceAll('INVITE', 'ACK').replace('"IVR" <sip:', 'nobody:'));
    expect(parseMessage(sipText(ack)).kind).toBe('junk');
  });

  it('is dropped beyond 64 kB', () => {
    expect(parseMessage(Buffer.alloc(70_000, 'a')).kind).toBe('junk');
  });

  it('is not taken with more headers than anybody needs', () => {
    const many = Array.from({ length: 600 }, (_, index) => `X-${index}: 1`);
    expect(parseMessage(sipText([...INVITE_LINES, ...many])).kind).toBe('malformed');
  });
});

describe('an absurd custom header', () => {
  it('costs only itself when it is 10 kB long', () => {
    const message = parsed(inviteWith('X-Long', `X-Long: ${'a'.repeat(10_000)}`));
    expect(headerOf(message, 'X-Long')).toHaveLength(8192);
  });

  it('may be one of two hundred', () => {
    const many = Array.from({ length: 200 }, (_, index) => `X-${index}: 1`);
    expect(parsed(sipText([...INVITE_LINES, ...many])).headers).toHaveLength(208);
  });
});

describe('any bytes at all', () => {
  it('are parsed without an exception', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => void parseMessage(bytes)));
  });

  it('are parsed without an exception when they were a message before they were damaged', () => {
    const original = sipText(INVITE_LINES);
    const damage = fc.array(fc.tuple(fc.nat(original.length - 1), fc.nat(255)), { maxLength: 20 });
    fc.assert(
      fc.property(damage, fc.nat(original.length), (changes, length) => {
        const bytes = Buffer.from(original);
        for (const [at, value] of changes) bytes[at] = value;
        const result = parseMessage(bytes.subarray(0, length));
        if (result.kind === 'message') expect(cseqOf(result.message)).toBeDefined();
      }),
      { numRuns: 500 },
    );
  });
});

describe('a message we write', () => {
  it('never gains a header from a value, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const message = parsed(sipText(INVITE_LINES));
        const bytes = serializeMessage({ ...message, headers: [...message.headers, { name: 'X-Any', value }] });
        const again = parsed(bytes);
        expect(again.headers.map(({ name }) => name).filter((name) => name !== 'Content-Length')).toEqual([
          ...message.headers.map(({ name }) => name).filter((name) => name !== 'Content-Length'),
          'X-Any',
        ]);
      }),
    );
  });
});
