import { encodeG711 } from '../../../sip-edge/rtp/g711.ts';
import { IncomingAudio } from '../../../sip-edge/rtp/incoming-audio.ts';
import { JitterBuffer } from '../../../sip-edge/rtp/jitter-buffer.ts';
import type { RtpPacket } from '../../../sip-edge/rtp/packet.ts';
import { Downsampler, Upsampler } from '../../../sip-edge/rtp/resample.ts';
import { packetLosses, type LossPattern } from './losses.ts';

/** What is heard in place of a lost packet: nothing, or what the edge invents. */
export type Repair = 'silence' | 'concealment';

const PAYLOAD_TYPE = 0;
const PACKET_SAMPLES = 160;
/** At 16 kHz. */
const FRAME_SAMPLES = 320;
const CHUNK_SAMPLES = 80;
/** The phone that has just been picked up sends these whole: a stream that begins with a loss begins later, nothing else. */
const FIRST_PACKETS = 3;

interface Receiver {
  receive(packet: RtpPacket): void;
  /** 20 ms at 16 kHz. */
  frame(): Int16Array;
}

/** Sound at 16 kHz as it leaves the edge after a way through the network: G.711 in RTP packets of 20 ms, some lost, one out for one in. */
export function overLossyLine(sound: Int16Array, losses: LossPattern, repair: Repair): Int16Array {
  const isLost = packetLosses(losses);
  const receiver = repair === 'concealment' ? concealing() : silencing();
  const downsampler = new Downsampler();
  const frames = Math.floor(sound.length / FRAME_SAMPLES);
  const heard = new Int16Array(frames * FRAME_SAMPLES);
  for (let index = 0; index < frames; index += 1) {
    const narrow = downsampler.process(sound.subarray(index * FRAME_SAMPLES, (index + 1) * FRAME_SAMPLES));
    const isDropped = isLost() && index >= FIRST_PACKETS;
    if (!isDropped) receiver.receive(packetOf(index, narrow));
    heard.set(receiver.frame(), index * FRAME_SAMPLES);
  }
  return heard;
}

function packetOf(index: number, narrow: Int16Array): RtpPacket {
  return {
    payloadType: PAYLOAD_TYPE,
    marker: index === 0,
    sequence: index & 0xffff,
    timestamp: index * PACKET_SAMPLES,
    ssrc: 1,
    payload: encodeG711('PCMU', narrow),
  };
}

/** The edge as it is. */
function concealing(): Receiver {
  const audio = new IncomingAudio();
  const payloads = { laws: new Map([[PAYLOAD_TYPE, 'PCMU' as const]]), telephoneEvent: undefined };
  return { receive: (packet) => void audio.receive(packet, payloads), frame: () => audio.frame() };
}

/** The edge without its concealment. */
function silencing(): Receiver {
  const jitter = new JitterBuffer();
  const upsampler = new Upsampler();
  return {
    receive: (packet) => jitter.push(packet, 'PCMU'),
    frame: () => {
      const narrow = new Int16Array(PACKET_SAMPLES);
      for (let at = 0; at < PACKET_SAMPLES; at += CHUNK_SAMPLES) narrow.set(jitter.pull() ?? [], at);
      return upsampler.process(narrow);
    },
  };
}
