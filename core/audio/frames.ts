import { SAMPLES_PER_FRAME } from './pcm.ts';

export interface FrameCutter {
  /** Whole 20 ms frames; what is left over waits for the next chunk. Frames may share memory with `chunk`. */
  push(chunk: Int16Array): Int16Array[];
  /** The rest, filled up with silence, or nothing. */
  flush(): Int16Array | undefined;
}

/** Cuts audio of any chunk size into frames. */
export function frameCutter(): FrameCutter {
  let rest = new Int16Array(0);
  return {
    push(chunk) {
      const pcm = rest.length === 0 ? chunk : joined(rest, chunk);
      const whole = pcm.length - (pcm.length % SAMPLES_PER_FRAME);
      const frames: Int16Array[] = [];
      for (let at = 0; at < whole; at += SAMPLES_PER_FRAME) frames.push(pcm.subarray(at, at + SAMPLES_PER_FRAME));
      rest = pcm.slice(whole);
      return frames;
    },
    flush() {
      if (rest.length === 0) return undefined;
      const frame = new Int16Array(SAMPLES_PER_FRAME);
      frame.set(rest);
      rest = new Int16Array(0);
      return frame;
    },
  };
}

function joined(one: Int16Array, other: Int16Array): Int16Array {
  const both = new Int16Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
