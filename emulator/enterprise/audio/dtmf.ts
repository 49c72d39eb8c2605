/** RFC 4733 section 3.2: events 0 to 9 are the digits, 10 is the star, 11 the hash, 12 to 15 are A to D. */
const KEYS = '0123456789*#ABCD';
/** Samples a packet covers: 20 ms at 8 kHz. */
const PACKET_SAMPLES = 160;
/** 160 ms: long enough for every receiver, short enough for a person in a hurry. */
const PACKETS_A_KEY = 8;
/** RFC 4733 section 2.5.1.4: the end is sent three times, in case one is lost. */
const END_REPEATS = 3;
/** -10 dBm0, a usual volume. */
const VOLUME = 10;

/** One packet of a key press. All packets of a press carry the timestamp of its beginning. */
export interface DtmfPacket {
  readonly payload: Buffer;
  /** Set on the first packet of a press. */
  readonly marker: boolean;
  readonly isEnd: boolean;
}

function isKey(key: string): boolean {
  return key.length === 1 && KEYS.includes(key);
}

export function dtmfPackets(key: string): DtmfPacket[] {
  const event = KEYS.indexOf(key);
  if (!isKey(key)) throw new RangeError(`not a key: ${JSON.stringify(key)}`);
  const packets: DtmfPacket[] = [];
  for (let index = 1; index <= PACKETS_A_KEY; index += 1) {
    packets.push({ payload: eventPayload(event, index * PACKET_SAMPLES, false), marker: index === 1, isEnd: false });
  }
  const end = eventPayload(event, PACKETS_A_KEY * PACKET_SAMPLES, true);
  for (let repeat = 0; repeat < END_REPEATS; repeat += 1) packets.push({ payload: end, marker: false, isEnd: true });
  return packets;
}

function eventPayload(event: number, durationSamples: number, isEnd: boolean): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt8(event, 0);
  payload.writeUInt8((isEnd ? 0x80 : 0) | VOLUME, 1);
  payload.writeUInt16BE(durationSamples, 2);
  return payload;
}

/** Turns event packets into keys: a press counts once, whichever of its packets arrive. */
export class DtmfReceiver {
  #lastTimestamp: number | undefined;

  /** The key when this packet is the first seen of its press. */
  receive(payload: Uint8Array, timestamp: number): string | undefined {
    const event = payload[0];
    if (payload.length < 4 || event === undefined || timestamp === this.#lastTimestamp) return undefined;
    const key = KEYS[event];
    if (key !== undefined) this.#lastTimestamp = timestamp;
    return key;
  }
}
