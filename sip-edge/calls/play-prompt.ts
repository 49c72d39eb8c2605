/** Plays samples to the caller in frames of 20 ms, until they are spoken or the signal aborts. */
import { FRAME_SAMPLES } from '../audio/frames.ts';
import type { Voice } from './voice.ts';

export function playSamples(
  voice: Voice,
  samples: Int16Array,
  { loop, signal }: { readonly loop: boolean; readonly signal: AbortSignal },
): Promise<'finished' | 'aborted'> {
  if (signal.aborted) return Promise.resolve('aborted');
  if (samples.length === 0) return Promise.resolve('finished');
  return new Promise((resolve) => {
    let at = 0;
    const end = (how: 'finished' | 'aborted'): void => {
      signal.removeEventListener('abort', onAbort);
      voice.setPrompt(undefined);
      resolve(how);
    };
    const onAbort = (): void => {
      end('aborted');
    };
    signal.addEventListener('abort', onAbort);
    voice.setPrompt(() => {
      if (at >= samples.length) {
        if (!loop) {
          end('finished');
          return undefined;
        }
        at = 0;
      }
      const frame = new Int16Array(FRAME_SAMPLES);
      frame.set(samples.subarray(at, at + FRAME_SAMPLES));
      at += FRAME_SAMPLES;
      return frame;
    });
  });
}
