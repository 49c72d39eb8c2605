import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutboundBuffer } from '../../../../sip-edge/media-streaming/outbound-buffer.ts';

function drain(buffer: OutboundBuffer): number[] {
  const samples: number[] = [];
  for (let idle = 0; idle < 4;) {
    const frame = buffer.pull();
    if (frame === undefined) idle += 1;
    else samples.push(...frame);
  }
  return samples;
}

describe('streamed audio', () => {
  it('comes out whole, in order and in frames, whatever the chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1500 }), { maxLength: 20 }), (lengths) => {
        const buffer = new OutboundBuffer(60_000);
        let next = 1;
        for (const length of lengths) buffer.push(Int16Array.from({ length }, () => next++ % 30_000));
        const sent = Array.from({ length: next - 1 }, (_, index) => (index + 1) % 30_000);
        const heard = drain(buffer);
        expect(heard.length % 320).toBe(0);
        expect(heard.slice(0, sent.length)).toEqual(sent);
        expect(heard.slice(sent.length).every((sample) => sample === 0)).toBe(true);
      }),
    );
  });

  it('beyond the bound is dropped, and counted', () => {
    const buffer = new OutboundBuffer(40);
    expect(buffer.push(new Int16Array(1000))).toBe(1000 - 640);
    expect(buffer.bufferedMs).toBe(40);
  });

  it('waits a moment for more, so that a late frame is not a gap', () => {
    const buffer = new OutboundBuffer(1000);
    buffer.push(new Int16Array(320).fill(1));
    expect(buffer.pull()).toBeUndefined();
    buffer.push(new Int16Array(320).fill(2));
    expect(buffer.pull()?.[0]).toBe(1);
  });

  it('is gone at once when it is stopped', () => {
    const buffer = new OutboundBuffer(1000);
    buffer.push(new Int16Array(3200).fill(1));
    buffer.pull();
    buffer.clear();
    expect(buffer.pull()).toBeUndefined();
  });
});
