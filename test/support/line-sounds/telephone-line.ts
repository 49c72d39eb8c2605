import { decodeG711, encodeG711 } from '../../../sip-edge/rtp/g711.ts';
import { Downsampler, Upsampler } from '../../../sip-edge/rtp/resample.ts';

/** The sound as it comes out of a telephone line: 8 kHz, mu-law, and back to 16 kHz. Some 4 ms late, as the edge's filters are. */
export function throughTelephone(pcm: Int16Array): Int16Array {
  const even = pcm.length % 2 === 0 ? pcm : pcm.subarray(0, pcm.length - 1);
  return new Upsampler().process(decodeG711('PCMU', encodeG711('PCMU', new Downsampler().process(even))));
}
