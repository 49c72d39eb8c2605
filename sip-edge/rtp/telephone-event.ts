/** DTMF keys as RTP events (RFC 4733). */
import type { Tone } from '../leg.ts';
import type { RtpPacket } from './packet.ts';

const TONES: readonly Tone[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D'];
/** -10 dBm0, a usual level. */
const VOLUME = 10;
/** Ticks of 20 ms that a key is held: 160 ms; then three packets say that it has ended (2.5.1.4), then 80 ms of pause. */
const HELD_TICKS = 8;
const END_PACKETS = 3;
const PAUSE_TICKS = 4;
const SAMPLES_PER_TICK = 160;

/** Folds the packets of one key press, repetitions and all, into one tone. */
export class ToneReceiver {
  #last: { readonly ssrc: number; readonly timestamp: number; readonly event: number } | undefined;

  /** The key whose first packet this is. */
  receive(packet: RtpPacket): Tone | undefined {
    const [event = 255] = packet.payload;
    const tone = TONES[event];
    if (packet.payload.length < 4 || tone === undefined) return undefined;
    const last = this.#last;
    // An older timestamp is a straggler of a press that has been told already.
    if (last?.ssrc === packet.ssrc && ((packet.timestamp - last.timestamp) | 0) <= 0) return undefined;
    // A key held for more than 8 s goes on under a new timestamp, without the marker bit (2.5.1.3).
    const continues =
      last?.ssrc === packet.ssrc &&
      last.event === event &&
      !packet.marker &&
      ((packet.timestamp - last.timestamp) | 0) === 0xffff;
    this.#last = { ssrc: packet.ssrc, timestamp: packet.timestamp, event };
    return continues ? undefined : tone;
  }
}

/** What one tick of a key press puts on the wire: event packets that share a timestamp, or nothing in the pause. */
export interface ToneTick {
  readonly marker: boolean;
  /** Ticks since the press began: its timestamp stays where it was then. */
  readonly ticksSinceStart: number;
  readonly payloads: readonly Uint8Array[];
}

/** One entry for each 20 ms of the press and the pause after it. */
export function toneTicks(tone: Tone): readonly ToneTick[] {
  const event = TONES.indexOf(tone);
  const held = Array.from({ length: HELD_TICKS }, (_, tick): ToneTick => {
    return { marker: tick === 0, ticksSinceStart: tick, payloads: [payloadOf(event, 'held', tick + 1)] };
  });
  const end: ToneTick = {
    marker: false,
    ticksSinceStart: HELD_TICKS,
    payloads: Array.from({ length: END_PACKETS }, () => payloadOf(event, 'ended', HELD_TICKS + 1)),
  };
  const pause = Array.from({ length: PAUSE_TICKS }, (_, tick): ToneTick => {
    return { marker: false, ticksSinceStart: HELD_TICKS + 1 + tick, payloads: [] };
  });
  return [...held, end, ...pause];
}

function payloadOf(event: number, phase: 'held' | 'ended', ticks: number): Uint8Array {
  const duration = ticks * SAMPLES_PER_TICK;
  return Uint8Array.of(event, (phase === 'ended' ? 0x80 : 0) | VOLUME, duration >> 8, duration & 0xff);
}
