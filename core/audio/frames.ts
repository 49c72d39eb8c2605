import { SAMPLES_PER_FRAME } from './pcm.ts';

export interface FrameCutter {
  /** Gives the whole 20 ms frames there are; what is left over waits for the next chunk. Frames may share memory with `chunk`. */
  push(chunk: Int16Array): void;
  /** Gives the rest, if there is any, filled up with silence. */
  flush(): void;
}

/** Cuts audio of any chunk size into frames, which are given to `onFrame` in order, each while `push` or `flush` runs. */
export function frameCutter(onFrame: (frame: Int16Array) => void): FrameCutter {
  /** A frame that has begun, and so many samples of it. */
  let begun: Int16Array | undefined;
  let samples = 0;

  /** Returns how much of the chunk went into it. */
  function fill(frame: Int16Array, chunk: Int16Array): number {
    const taken = Math.min(SAMPLES_PER_FRAME - samples, chunk.length);
    frame.set(taken === chunk.length ? chunk : chunk.subarray(0, taken), samples);
    samples += taken;
    if (samples === SAMPLES_PER_FRAME) giveBegun(frame);
    return taken;
  }

  function giveBegun(frame: Int16Array): void {
    begun = undefined;
    samples = 0;
    onFrame(frame);
  }

  return {
    push(chunk) {
      // Nearly every chunk of a call.
      if (begun === undefined && chunk.length === SAMPLES_PER_FRAME) {
        onFrame(chunk);
        return;
      }
      let at = begun === undefined ? 0 : fill(begun, chunk);
      for (; at + SAMPLES_PER_FRAME <= chunk.length; at += SAMPLES_PER_FRAME)
        onFrame(chunk.subarray(at, at + SAMPLES_PER_FRAME));
      if (at === chunk.length) return;
      begun = new Int16Array(SAMPLES_PER_FRAME);
      fill(begun, chunk.subarray(at));
    },
    flush() {
      if (begun !== undefined) giveBegun(begun);
    },
  };
}
