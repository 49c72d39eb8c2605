import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Concealment } from '../../../../sip-edge/rtp/concealment.ts';
import { decodeG711, encodeG711 } from '../../../../sip-edge/rtp/g711.ts';
import { CHUNK_SAMPLES, JitterBuffer } from '../../../../sip-edge/rtp/jitter-buffer.ts';
import { parseRtp, type RtpPacket, serializeRtp } from '../../../../sip-edge/rtp/packet.ts';
import { SourceLatch } from '../../../../sip-edge/rtp/source-latch.ts';
import { inFrames, joined, signalToNoiseDb, tone } from './sound.ts';

const SPEECH = tone(150, 8000, 16_000);
const CODES = encodeG711('PCMU', SPEECH);
const HEARD = decodeG711('PCMU', CODES);

/** Packets of `samples` each, from sequence and timestamp values that wrap on the way. */
function packets(samples = 160, start = { sequence: 65_500, timestamp: 0xffff_f000, ssrc: 1 }): readonly RtpPacket[] {
  return Array.from({ length: Math.floor(CODES.length / samples) }, (_, index) => ({
    payloadType: 0,
    marker: index === 0,
    sequence: (start.sequence + index) & 0xffff,
    timestamp: (start.timestamp + index * samples) >>> 0,
    ssrc: start.ssrc,
    payload: CODES.subarray(index * samples, (index + 1) * samples),
  }));
}

/** Plays at the pace of arrival: one packet in, its length out; `arrivals[n]` come before the nth pull. */
function play(
  buffer: JitterBuffer,
  arrivals: readonly (readonly RtpPacket[])[],
  chunksEach = 2,
): (Int16Array | undefined)[] {
  return arrivals.flatMap((group) => {
    for (const packet of group) buffer.push(packet, 'PCMU');
    return Array.from({ length: chunksEach }, () => buffer.pull());
  });
}

function heardOf(chunks: readonly (Int16Array | undefined)[]): Int16Array {
  return joined(chunks.filter((chunk) => chunk !== undefined));
}

describe('a jitter buffer', () => {
  it('plays a steady stream whole, 40 ms late, across sequence and timestamp wraps', () => {
    const chunks = play(
      new JitterBuffer(),
      packets().map((packet) => [packet]),
    );
    expect(chunks.slice(0, 4).every((chunk) => chunk === undefined)).toBe(true);
    const heard = heardOf(chunks);
    expect(heard).toEqual(HEARD.slice(0, heard.length));
    expect(heard.length).toBe(16_000 - 320);
  });

  it.each([10, 30, 40, 60])('takes packets of %i ms', (ms) => {
    const chunks = play(
      new JitterBuffer(),
      packets(ms * 8).map((packet) => [packet]),
      ms / 10,
    );
    const played = chunks.slice(8).filter((chunk) => chunk === undefined);
    expect(played.length).toBe(0);
  });

  it('puts swapped packets back into order and drops copies', () => {
    const [a, b, c, d, ...rest] = packets();
    const buffer = new JitterBuffer();
    const chunks = play(buffer, [[a!], [c!], [b!, b!], [d!], ...rest.map((packet) => [packet])]);
    const heard = heardOf(chunks);
    expect(heard).toEqual(HEARD.slice(0, heard.length));
    expect(buffer.stats()).toMatchObject({ lost: 0, duplicates: 1 });
  });

  it('leaves a gap where a packet was lost, and counts it', () => {
    const buffer = new JitterBuffer();
    const chunks = play(
      buffer,
      packets().map((packet, index) => (index === 20 ? [] : [packet])),
    );
    expect(chunks.slice(4).filter((chunk) => chunk === undefined)).toHaveLength(2);
    expect(buffer.stats()).toMatchObject({ received: 99, lost: 1 });
  });

  it('waits longer once packets come too late, and loses none after that', () => {
    const buffer = new JitterBuffer();
    // From packet 20 on the network is 80 ms slower.
    const arrivals = packets().map((_, index) =>
      index < 20 ? [packets()[index]!] : index < 24 ? [] : [packets()[index - 4]!],
    );
    const chunks = play(buffer, arrivals);
    expect(chunks.slice(80).filter((chunk) => chunk === undefined)).toEqual([]);
  });

  it('gives delay back when it was not needed for a while and nobody speaks', () => {
    const buffer = new JitterBuffer();
    const quiet = packets().map((packet) => ({ ...packet, payload: new Uint8Array(160).fill(0xff) }));
    // Six packets at once, then a steady stream: 120 ms more in stock than needed.
    const arrivals = [quiet.slice(0, 6), ...quiet.slice(6).map((packet) => [packet])];
    play(buffer, arrivals);
    const left = Array.from({ length: 40 }, () => buffer.pull()).filter((chunk) => chunk !== undefined).length;
    expect(left).toBeLessThanOrEqual(6);
  });

  it('goes on when the sender changes its SSRC, jumps in time or begins to count anew', () => {
    for (const start of [
      { sequence: 5, timestamp: 77, ssrc: 2 },
      { sequence: 5, timestamp: 0x4000_0000, ssrc: 1 },
      { sequence: 60_000, timestamp: 0xfff0_0000, ssrc: 1 },
    ]) {
      const buffer = new JitterBuffer();
      play(
        buffer,
        packets().map((packet) => [packet]),
      );
      const chunks = play(
        buffer,
        packets(160, start).map((packet) => [packet]),
      );
      expect(chunks.slice(20).filter((chunk) => chunk === undefined)).toEqual([]);
      expect(buffer.stats().lost).toBe(0);
    }
  });

  it('goes on when a muted sender does not let its timestamps run', () => {
    const buffer = new JitterBuffer();
    const all = packets();
    play(
      buffer,
      all.slice(0, 50).map((packet) => [packet]),
    );
    play(
      buffer,
      Array.from({ length: 25 }, () => []),
    );
    const chunks = play(
      buffer,
      all.slice(50).map((packet) => [packet]),
    );
    expect(chunks.slice(16).filter((chunk) => chunk === undefined)).toEqual([]);
  });

  it('takes any packets in any order without an exception, and always gives 10 ms', () => {
    const anyPacket = fc.record({
      payloadType: fc.constant(0),
      marker: fc.boolean(),
      sequence: fc.nat(0xffff),
      timestamp: fc.oneof(fc.nat(0xffff_ffff), fc.nat(4000)),
      ssrc: fc.nat(2),
      payload: fc.uint8Array({ maxLength: 500 }),
    });
    fc.assert(
      fc.property(fc.array(fc.option(anyPacket)), (events) => {
        const buffer = new JitterBuffer();
        for (const packet of events) {
          if (packet !== null) buffer.push(packet, 'PCMA');
          else expect(buffer.pull()?.length ?? CHUNK_SAMPLES).toBe(CHUNK_SAMPLES);
        }
        expect(buffer.stats().lost).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('loss concealment', () => {
  /** Voiced sound: a pitch with overtones. */
  const voice = Int16Array.from(
    tone(120, 8000, 16_000, 4000).map((sample, index) => sample + tone(360, 8000, 1, 2000, index)[0]!),
  );

  function conceal(lost: (chunk: number) => boolean): { repaired: Int16Array; silenced: Int16Array } {
    const concealment = new Concealment();
    const chunks = inFrames(voice, CHUNK_SAMPLES);
    return {
      repaired: joined(chunks.map((chunk, index) => concealment.next(lost(index) ? undefined : chunk))),
      silenced: joined(chunks.map((chunk, index) => (lost(index) ? new Int16Array(CHUNK_SAMPLES) : chunk))),
    };
  }

  it('is nearer to what was said than silence is, at one packet lost in ten', () => {
    const { repaired, silenced } = conceal((chunk) => chunk > 20 && (chunk >> 1) % 10 === 0);
    expect(signalToNoiseDb(voice, repaired)).toBeGreaterThan(signalToNoiseDb(voice, silenced) + 6);
  });

  it('changes nothing when nothing is lost', () => {
    expect(conceal(() => false).repaired).toEqual(voice);
  });

  it('fades away instead of humming', () => {
    const { repaired } = conceal((chunk) => chunk >= 50);
    expect(Math.max(...repaired.slice(50 * CHUNK_SAMPLES, 51 * CHUNK_SAMPLES))).toBeGreaterThan(3000);
    expect(Math.max(...repaired.slice(57 * CHUNK_SAMPLES).map(Math.abs))).toBe(0);
  });
});

describe('an RTP packet', () => {
  it('is read as it was written', () => {
    const [packet] = packets();
    expect(parseRtp(serializeRtp(packet!))).toEqual({ ...packet, payload: Buffer.from(packet!.payload) });
  });

  it('is read past contributing sources, an extension and padding', () => {
    const bytes = Buffer.from('b1000001000000020000000300000004' + 'bede0001aabbccdd' + 'ffee' + '000003', 'hex');
    expect(parseRtp(bytes)?.payload.toString()).toBe(Buffer.from('ffee', 'hex').toString());
  });

  it('is none when it is RTCP, STUN, too short or lies about its length', () => {
    for (const hex of [
      '80c80006' + '00'.repeat(24),
      '00010000' + '00'.repeat(16),
      '8000',
      '9f00' + '00'.repeat(10),
      'a000' + '00'.repeat(10),
    ]) {
      expect(parseRtp(Buffer.from(hex, 'hex'))).toBeUndefined();
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void parseRtp(Buffer.from(bytes))));
  });
});

describe('the source of the sound', () => {
  const there = { address: '192.0.2.1', port: 4000 };

  it('is the first that fits, and no other after it while it goes on', () => {
    const latch = new SourceLatch('192.0.2.1');
    latch.negotiate(there);
    expect(latch.admits({ address: '203.0.113.9', port: 4000 }, 0)).toBe(false);
    latch.latch({ address: '192.0.2.1', port: 4444 }, 0);
    latch.latch({ address: '192.0.2.1', port: 4444 }, 1500);
    expect(latch.admits({ address: '192.0.2.1', port: 5555 }, 3499)).toBe(false);
    expect(latch.destination).toMatchObject({ address: '192.0.2.1', port: 4444 });
  });

  it('gives way to the very address of the SDP, for good', () => {
    const latch = new SourceLatch('192.0.2.1');
    latch.negotiate(there);
    latch.latch({ address: '192.0.2.1', port: 4444 }, 0);
    expect(latch.admits(there, 1)).toBe(true);
    latch.latch(there, 1);
    expect(latch.admits({ address: '192.0.2.1', port: 4444 }, 2)).toBe(false);
    expect(latch.destination).toMatchObject(there);
  });

  it('may be another of the same host when it has been silent for two seconds, never another host', () => {
    const latch = new SourceLatch('192.0.2.1');
    latch.negotiate(there);
    latch.latch(there, 0);
    expect(latch.admits({ address: '192.0.2.1', port: 5555 }, 2000)).toBe(true);
    expect(latch.admits({ address: '203.0.113.9', port: 4000 }, 60_000)).toBe(false);
  });

  it('may be the address the signalling comes from, behind a NAT', () => {
    const latch = new SourceLatch('203.0.113.9');
    latch.negotiate({ address: '10.0.0.5', port: 4000 });
    expect(latch.admits({ address: '203.0.113.9', port: 61_000 }, 0)).toBe(true);
  });

  it('is open again when the SDP names another, and only then', () => {
    const latch = new SourceLatch('192.0.2.1');
    latch.negotiate(there);
    latch.latch(there, 0);
    latch.negotiate({ ...there });
    expect(latch.admits({ address: '192.0.2.1', port: 5 }, 1)).toBe(false);
    latch.negotiate({ address: '192.0.2.2', port: 6 });
    expect(latch.admits({ address: '192.0.2.2', port: 6 }, 1)).toBe(true);
    expect(latch.destination).toEqual({ address: '192.0.2.2', port: 6 });
  });
});
