import { SAMPLES_PER_FRAME } from './pcm.ts';

export interface FrameCutter {
  /** Gives the whole 20 ms frames there are; what is left over waits for the next chunk. Frames may share memory with `chunk`. */
  push(chunk: Int16Array): void;
  /** Gives the rest, if there is any, filled up with silence. */
  flush(): void;
}

const nothing = new Int16Array(0);

/** Cuts audio of any chunk size into frames, which are given to `onFrame` in order, each while `push` or `flush` runs. */
export function frameCutter(onFrame: (frame: Int16Array) => void): FrameCutter {
  let rest: Int16Array = nothing;
  return {
    push(chunk) {
      // Nearly every chunk of a call.
      if (rest.length === 0 && chunk.length === SAMPLES_PER_FRAME) {
        onFrame(chunk);
        return;
      }
      const pcm = rest.length === 0 ? chunk : joined(rest, chunk);
      const whole = pcm.length - (pcm.length % SAMPLES_PER_FRAME);
      rest = whole === pcm.length ? nothing : pcm.slice(whole);
      for (let at = 0; at < whole; at += SAMPLES_PER_FRAME) onFrame(pcm.subarray(at, at + SAMPLES_PER_FRAME));
    },
    flush() {
      if (rest.length === 0) return;
      const frame = new Int16Array(SAMPLES_PER_FRAME);
      frame.set(rest);
      rest = nothing;
      onFrame(frame);
    },
  };
}

function joined(one: Int16Array, other: Int16Array): Int16Array {
  const both = new Int16Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
