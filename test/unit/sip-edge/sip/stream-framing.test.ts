import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Framed, StreamFramer } from '../../../../sip-edge/sip/stream-framing.ts';

const message = (body: string): string =>
  `OPTIONS sip:a SIP/2.0\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

function shown(framed: readonly Framed[]): readonly string[] {
  return framed.map((entry) => (entry.kind === 'message' ? entry.bytes.toString() : entry.kind));
}

describe('a TCP stream', () => {
  it('is cut into the same messages however its bytes arrive', () => {
    const stream = Buffer.from(`${message('')}\r\n\r\n${message('grüße')}\r\n${message('x')}`);
    const whole = shown(new StreamFramer().push(stream));
    expect(whole).toEqual([message(''), 'ping', message('grüße'), message('x')]);
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length)), (cuts) => {
        const framer = new StreamFramer();
        const edges = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
        const framed = edges.slice(1).flatMap((edge, index) => framer.push(stream.subarray(edges[index], edge)));
        expect(shown(framed)).toEqual(whole);
      }),
    );
  });

  it('understands the compact form of Content-Length', () => {
    expect(shown(new StreamFramer().push(Buffer.from('A B SIP/2.0\r\nl:2\r\n\r\nxy')))).toHaveLength(1);
  });

  it.each([
    ['no Content-Length', 'OPTIONS sip:a SIP/2.0\r\nVia: x\r\n\r\n'],
    ['a length beyond the limit', 'OPTIONS sip:a SIP/2.0\r\nContent-Length: 70000\r\n\r\n'],
    ['a header section without end', 'a'.repeat(70_000)],
  ])('is given up with %s', (_what, text) => {
    const framer = new StreamFramer();
    expect(shown(framer.push(Buffer.from(text)))).toEqual(['broken']);
    expect(framer.push(Buffer.from(message('')))).toEqual([]);
  });
});
