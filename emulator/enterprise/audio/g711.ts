import { alaw, mulaw } from 'alawmulaw';
import type { Codec } from '../sip/sdp.ts';

export function encodeG711(samples: Int16Array, codec: Codec): Buffer {
  return Buffer.from(codec === 'PCMU' ? mulaw.encode(samples) : alaw.encode(samples));
}

export function decodeG711(payload: Uint8Array<ArrayBuffer>, codec: Codec): Int16Array {
  return codec === 'PCMU' ? mulaw.decode(payload) : alaw.decode(payload);
}
