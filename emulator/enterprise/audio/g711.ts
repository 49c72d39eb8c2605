import g711 from 'alawmulaw';
import type { Codec } from '../sip/sdp.ts';

export function encodeG711(samples: Int16Array, codec: Codec): Buffer {
  return Buffer.from(codec === 'PCMU' ? g711.mulaw.encode(samples) : g711.alaw.encode(samples));
}

export function decodeG711(payload: Uint8Array<ArrayBuffer>, codec: Codec): Int16Array {
  return codec === 'PCMU' ? g711.mulaw.decode(payload) : g711.alaw.decode(payload);
}
