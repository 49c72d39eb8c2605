import { wavHeader } from '../../sip-edge/audio/wav.ts';

/** A WAV file the edge can play: 20 ms frames, each filled with its number, from 1. */
export function promptWav(frames: number): Buffer {
  const samples = Buffer.alloc(frames * 640);
  for (let index = 0; index < frames * 320; index += 1) samples.writeInt16LE(Math.floor(index / 320) + 1, index * 2);
  return Buffer.concat([wavHeader(1, samples.length), samples]);
}
