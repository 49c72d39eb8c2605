import { describe, expect, it } from 'vitest';
import type { Tone } from '../../../../sip-edge/leg.ts';
import { dualToneFrames } from '../../../../sip-edge/rtp/dual-tone.ts';
import { OutgoingAudio } from '../../../../sip-edge/rtp/outgoing-audio.ts';
import { ToneReceiver } from '../../../../sip-edge/rtp/telephone-event.ts';
import { Ticker } from '../../../../sip-edge/rtp/ticker.ts';
import type { RtpPacket } from '../../../../sip-edge/rtp/packet.ts';
import { manualClock } from '../sip/manual-clock.ts';
import { amplitudeOf, joined, tone } from './sound.ts';

const PAYLOADS = { law: 'PCMU', audio: 0, telephoneEvent: 101 } as const;
const TONES: readonly Tone[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D'];

function sent(tones: readonly Tone[], ticks: number): { packets: readonly RtpPacket[]; done: number } {
  const outgoing = new OutgoingAudio();
  let done = 0;
  outgoing.press(tones, PAYLOADS, () => (done += 1));
  const packets = Array.from({ length: ticks }, () => outgoing.tick(() => undefined, PAYLOADS, 0)).flat();
  return { packets, done };
}

function received(packets: readonly RtpPacket[]): readonly Tone[] {
  const receiver = new ToneReceiver();
  return packets
    .filter(({ payloadType }) => payloadType === 101)
    .map((packet) => receiver.receive(packet))
    .filter((key) => key !== undefined);
}

describe('keys', () => {
  it('arrive each once, in order, the same key twice too', () => {
    const { packets, done } = sent([...TONES, '5', '5'], 18 * 13 + 1);
    expect(received(packets)).toEqual([...TONES, '5', '5']);
    expect(done).toBe(1);
  });

  it('say their end three times, with the timestamp of their beginning', () => {
    const events = sent(['7'], 20).packets.filter(({ payloadType }) => payloadType === 101);
    expect(new Set(events.map(({ timestamp }) => timestamp)).size).toBe(1);
    expect(events.map(({ payload }) => (payload[1]! & 0x80) !== 0)).toEqual([
      ...Array<boolean>(8).fill(false),
      true,
      true,
      true,
    ]);
    expect(events.map(({ marker }) => marker)).toEqual([true, ...Array<boolean>(10).fill(false)]);
    expect(events.slice(-3).every(({ payload }) => payload.at(2)! * 256 + payload.at(3)! === 1440)).toBe(true);
  });

  it('are heard even when only the last packet of them arrives', () => {
    const events = sent(['3'], 20).packets.filter(({ payloadType }) => payloadType === 101);
    expect(received(events.slice(-1))).toEqual(['3']);
  });

  it('are not heard again from a straggler', () => {
    const { packets } = sent(['1', '2'], 30);
    const events = packets.filter(({ payloadType }) => payloadType === 101);
    expect(received([...events, events[0]!])).toEqual(['1', '2']);
  });

  it('held for longer than 8 s are still one', () => {
    const packet = {
      payloadType: 101,
      marker: true,
      sequence: 1,
      timestamp: 1000,
      ssrc: 1,
      payload: Uint8Array.of(5, 10, 255, 255),
    };
    const on = { ...packet, marker: false, sequence: 2, timestamp: 1000 + 0xffff };
    expect(received([packet, on])).toEqual(['5']);
  });

  it('are no keys with an unknown event or a short payload', () => {
    const packet = {
      payloadType: 101,
      marker: true,
      sequence: 1,
      timestamp: 1,
      ssrc: 1,
      payload: Uint8Array.of(16, 0, 0, 0),
    };
    expect(received([packet, { ...packet, payload: Uint8Array.of(1) }])).toEqual([]);
  });

  it('become sound for a peer that takes no events', () => {
    const sound = joined(dualToneFrames('5').slice(0, 6));
    expect(amplitudeOf(770, 16_000, sound)).toBeGreaterThan(6000);
    expect(amplitudeOf(1336, 16_000, sound)).toBeGreaterThan(6000);
    expect(amplitudeOf(697, 16_000, sound)).toBeLessThan(1500);
  });
});

describe('outgoing sound', () => {
  it('numbers every packet and lets the time run on, over a stall too', () => {
    const outgoing = new OutgoingAudio();
    const frame = tone(400, 16_000, 320);
    const packets = [0, 0, 15, 0].flatMap((skipped) => outgoing.tick(() => frame, PAYLOADS, skipped));
    const [first] = packets;
    expect(packets.map(({ sequence }) => (sequence - first!.sequence) & 0xffff)).toEqual([0, 1, 2, 3]);
    expect(packets.map(({ timestamp }) => (timestamp - first!.timestamp) >>> 0)).toEqual([
      0,
      160,
      320 + 2400,
      480 + 2400,
    ]);
    expect(packets.every(({ payload }) => payload.length === 160)).toBe(true);
  });
});

describe('the beat of all legs', () => {
  function beat() {
    const clock = manualClock();
    const log: string[] = [];
    const errors: unknown[] = [];
    const ticker = new Ticker(clock);
    const member = (name: string, fail: 'never' | 'always' = 'never') => ({
      receive: () => void log.push(`${name}<${clock.nowMs()}`),
      failed: (error: unknown) => void errors.push([name, error]),
      send: (skipped: number) => {
        if (fail === 'always') throw new Error(name);
        log.push(`${name}>${clock.nowMs()}${skipped > 0 ? ` skipped ${skipped}` : ''}`);
      },
    });
    return { clock, log, errors, ticker, member };
  }

  it('hears on every leg before it speaks on any', () => {
    const { clock, log, ticker, member } = beat();
    ticker.add(member('a'));
    ticker.add(member('b'));
    clock.advance(40);
    expect(log).toEqual(['a<20', 'b<20', 'a>20', 'b>20', 'a<40', 'b<40', 'a>40', 'b>40']);
  });

  it('is not disturbed by a leg that fails', () => {
    const { clock, log, errors, ticker, member } = beat();
    ticker.add(member('bad', 'always'));
    ticker.add(member('good'));
    clock.advance(20);
    expect(log).toContain('good>20');
    expect(errors).toEqual([['bad', new Error('bad')]]);
  });

  it('does not drift, catches up after a short stall without a burst, and lets a long one go', () => {
    const lateness = new Map([
      [3, 50],
      [10, 500],
    ]);
    const base = manualClock();
    let ticks = 0;
    const clock = {
      nowMs: () => base.nowMs(),
      // A stall: the timer of the nth tick fires late.
      after: (delayMs: number, run: () => void) => base.after(delayMs + (lateness.get(ticks) ?? 0), run),
    };
    const times: number[] = [];
    let skippedTicks = 0;
    const ticker = new Ticker(clock);
    ticker.add({
      receive: () => undefined,
      failed: () => undefined,
      send: (skipped) => {
        ticks += 1;
        skippedTicks += skipped;
        times.push(base.nowMs());
      },
    });
    base.advance(2000);
    expect(times.length + skippedTicks).toBe(100);
    expect(skippedTicks).toBe(25);
    expect(Math.min(...times.slice(1).map((time, index) => time - times[index]!))).toBe(10);
    expect(times.at(-1)).toBe(2000);
  });

  it('needs no timer when nobody listens', () => {
    const { clock, ticker, member } = beat();
    const leave = ticker.add(member('a'));
    clock.advance(30);
    leave();
    expect(clock.waiting).toBe(0);
  });
});
