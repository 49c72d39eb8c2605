import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatAudioFrame,
  formatTextFrame,
  parseBinaryFrame,
  parseTextFrame,
} from '../../../../emulator/speech/protocol/frame.ts';

const requestId = fc.stringMatching(/^[A-Fa-f0-9]{1,32}$/);
const path = fc.stringMatching(/^[a-z.]{1,20}$/);

describe('a binary message', () => {
  it('comes back as it was written, whatever audio it carries', () => {
    fc.assert(
      fc.property(requestId, fc.uint8Array({ maxLength: 5000 }), (id, audio) => {
        const parsed = parseBinaryFrame(formatAudioFrame(id, 'STREAM', 'audio/x-raw', Buffer.from(audio)));
        expect(parsed).toMatchObject({ ok: true, frame: { path: 'audio', requestId: id, contentType: 'audio/x-raw' } });
        if (parsed.ok) expect([...parsed.frame.body]).toEqual([...audio]);
      }),
    );
  });

  it('of any bytes at all is a frame or a fault, never an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(typeof parseBinaryFrame(Buffer.from(bytes)).ok).toBe('boolean');
        expect(typeof parseTextFrame(Buffer.from(bytes)).ok).toBe('boolean');
      }),
    );
  });

  it('cut anywhere in its header is a fault', () => {
    const whole = formatAudioFrame('abc', 'STREAM', 'audio/x-raw', Buffer.alloc(0));
    for (let length = 0; length < whole.byteLength; length++) {
      expect(parseBinaryFrame(whole.subarray(0, length)).ok).toBe(false);
    }
  });

  it('as the SDK sends the end of the audio has an empty body', () => {
    const header = 'Path: audio\r\nX-RequestId: 7F2A\r\nX-Timestamp: 2026-01-01T00:00:00.000Z\r\n';
    const message = Buffer.concat([Buffer.from([0, header.length]), Buffer.from(header)]);
    expect(parseBinaryFrame(message)).toMatchObject({ ok: true, frame: { requestId: '7F2A', body: Buffer.alloc(0) } });
  });
});

describe('a text message', () => {
  it('comes back as it was written, whatever its body says', () => {
    fc.assert(
      fc.property(path, requestId, fc.string(), (name, id, text) => {
        const parsed = parseTextFrame(Buffer.from(formatTextFrame(name, id, { text })));
        expect(parsed).toMatchObject({ ok: true, frame: { path: name, requestId: id } });
        if (parsed.ok) expect(JSON.parse(parsed.frame.body.toString())).toEqual({ text });
      }),
    );
  });

  it.each([
    ['no-path', 'X-RequestId:abc\r\n\r\n'],
    ['no-request-id', 'Path:ssml\r\n\r\n'],
    ['no-request-id', 'Path:ssml\r\nX-RequestId:not a guid\r\n\r\n'],
    ['header-too-long', `Path:ssml\r\nX:${'x'.repeat(5000)}\r\n\r\n`],
    ['header-not-text', 'Path:ssml\r\nX-RequestId:a\0b\r\n\r\n'],
  ])('is refused as %s', (fault, message) => {
    expect(parseTextFrame(Buffer.from(message))).toEqual({ ok: false, fault });
  });
});
