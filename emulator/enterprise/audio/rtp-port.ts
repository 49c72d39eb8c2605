import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { randomInt } from 'node:crypto';
import { RtpHeader, RtpPacket } from 'werift-rtp';
import { PAYLOAD_TYPE, type Codec, type MediaDescription } from '../sip/sdp.ts';
import { dtmfPackets, DtmfReceiver, type DtmfPacket } from './dtmf.ts';
import { decodeG711, encodeG711 } from './g711.ts';

/** 12 bytes of header (RFC 3550 section 5.1). */
const RTP_HEADER_BYTES = 12;
/** Larger datagrams are not telephone audio. */
const RTP_MAX_BYTES = 2_048;
/** Silence between two keys, in ticks: 60 ms. */
const KEY_GAP_TICKS = 3;

interface RtpListener {
  /** 8 kHz, as much as one packet held. */
  onAudio(samples: Int16Array): void;
  onKey(key: string): void;
}

interface Remote {
  readonly host: string;
  readonly port: number;
  readonly codec: Codec;
  readonly telephoneEventType: number | undefined;
}

/** What a tick sends instead of audio while keys are pressed: packets, then a gap. */
type KeyStep = { readonly packets: readonly DtmfPacket[] } | 'gap';

/** The audio end of one leg: a UDP port, G.711 both ways, keys by RFC 4733. Sends when it is given a frame: pacing is the ticker's. */
export class RtpPort {
  readonly port: number;
  readonly #socket: Socket;
  readonly #listener: RtpListener;
  readonly #dtmf = new DtmfReceiver();
  readonly #ssrc = randomInt(0, 2 ** 32 - 1);
  readonly #lossRate: number;
  #sequence = randomInt(0, 2 ** 16);
  #timestamp = randomInt(0, 2 ** 31);
  #keyTimestamp = 0;
  #isFirst = true;
  #remote: Remote | undefined;
  #keys: KeyStep[] = [];
  #keysPressed: (() => void) | undefined;
  #isOpen = true;

  private constructor(socket: Socket, listener: RtpListener, lossRate: number) {
    this.#socket = socket;
    this.#listener = listener;
    this.#lossRate = lossRate;
    this.port = socket.address().port;
    socket.on('message', (datagram) => this.#receive(datagram));
    // A peer that closed its port answers with ICMP: for a telephone that is silence, not a failure.
    socket.on('error', () => undefined);
  }

  /** `lossRate` is the share of outgoing packets that get lost, 0 to 1. */
  static async open(host: string, listener: RtpListener, lossRate = 0): Promise<RtpPort> {
    const socket = createSocket('udp4');
    socket.bind(0, host);
    await once(socket, 'listening');
    return new RtpPort(socket, listener, lossRate);
  }

  connect(media: MediaDescription, codec: Codec): void {
    this.#remote = { host: media.host, port: media.port, codec, telephoneEventType: media.telephoneEventType };
  }

  /** Once every 20 ms: the audio, or the next piece of the key being pressed in its place. */
  sendFrame(samples: Int16Array): void {
    const remote = this.#remote;
    if (!this.#isOpen || !remote) return;
    const step = this.#keys.shift();
    if (step === undefined || step === 'gap') {
      const type = PAYLOAD_TYPE[remote.codec];
      this.#send(remote, type, this.#timestamp, this.#isFirst, encodeG711(samples, remote.codec));
      this.#isFirst = false;
    } else {
      this.#sendKey(remote, step.packets);
    }
    this.#timestamp = (this.#timestamp + samples.length) >>> 0;
    if (step !== undefined && this.#keys.length === 0) this.#finishKeys();
  }

  /** Resolves when the last key has been sent; at once when the port closes first. */
  press(keys: string): Promise<void> {
    if (!this.#isOpen) return Promise.resolve();
    for (const key of keys) {
      const packets = dtmfPackets(key);
      const going = packets.filter((packet) => !packet.isEnd);
      this.#keys.push(...going.map((packet) => ({ packets: [packet] })));
      this.#keys.push({ packets: packets.filter((packet) => packet.isEnd) });
      for (let tick = 0; tick < KEY_GAP_TICKS; tick += 1) this.#keys.push('gap');
    }
    return new Promise((resolve) => {
      const before = this.#keysPressed;
      this.#keysPressed = () => {
        before?.();
        resolve();
      };
    });
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#finishKeys();
    this.#socket.close();
  }

  #finishKeys(): void {
    const pressed = this.#keysPressed;
    this.#keysPressed = undefined;
    this.#keys = [];
    pressed?.();
  }

  #sendKey(remote: Remote, packets: readonly DtmfPacket[]): void {
    if (remote.telephoneEventType === undefined) return;
    for (const packet of packets) {
      if (packet.marker) this.#keyTimestamp = this.#timestamp;
      this.#send(remote, remote.telephoneEventType, this.#keyTimestamp, packet.marker, packet.payload);
    }
  }

  #send(remote: Remote, payloadType: number, timestamp: number, marker: boolean, payload: Buffer): void {
    const sequenceNumber = this.#sequence;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    if (this.#lossRate > 0 && Math.random() < this.#lossRate) return;
    const header = new RtpHeader({ payloadType, sequenceNumber, timestamp, ssrc: this.#ssrc, marker });
    this.#socket.send(new RtpPacket(header, payload).serialize(), remote.port, remote.host);
  }

  #receive(datagram: Buffer): void {
    const remote = this.#remote;
    if (!remote || datagram.length <= RTP_HEADER_BYTES || datagram.length > RTP_MAX_BYTES) return;
    const packet = parseRtp(datagram);
    if (!packet) return;
    const { payloadType, timestamp } = packet.header;
    if (payloadType === remote.telephoneEventType) {
      const key = this.#dtmf.receive(packet.payload, timestamp);
      if (key !== undefined) this.#listener.onKey(key);
    } else if (payloadType === PAYLOAD_TYPE.PCMU) {
      this.#listener.onAudio(decodeG711(Uint8Array.from(packet.payload), 'PCMU'));
    } else if (payloadType === PAYLOAD_TYPE.PCMA) {
      this.#listener.onAudio(decodeG711(Uint8Array.from(packet.payload), 'PCMA'));
    }
  }
}

/** `undefined` for what is not RTP: the parser throws when a header promises more than the datagram holds. */
function parseRtp(datagram: Buffer): RtpPacket | undefined {
  if ((datagram[0] ?? 0) >> 6 !== 2) return undefined;
  try {
    return RtpPacket.deSerialize(datagram);
  } catch {
    return undefined;
  }
}
