import { FLITE_VOICES } from '../../../emulator/speech/engine/voices.ts';
import { activeLevelDbfs, amplified, mixed } from './levels.ts';
import { talk } from './speech.ts';

/** How loud a caller is who speaks into the telephone; babble 20 dB below it is people at other tables. */
export const NORMAL_SPEECH_DBFS = -20;

export interface BabbleOptions {
  readonly seconds: number;
  /** Of all voices together, without pauses: `NORMAL_SPEECH_DBFS - 20` for people in the background. */
  readonly levelDbfs: number;
  readonly seed: number;
  readonly voices?: number;
}

/** Several people at once, each at a level of their own, none of them into the telephone. */
export function babble({ seconds, levelDbfs, seed, voices = 5 }: BabbleOptions): Int16Array {
  const people = Array.from({ length: voices }, (_, index) =>
    talk({
      seconds,
      levelDbfs: -30 - 1.5 * (index % 3),
      seed: seed * 31 + index,
      voice: FLITE_VOICES[index % FLITE_VOICES.length] ?? 'rms',
    }),
  );
  const together = mixed(...people);
  return amplified(together, levelDbfs - activeLevelDbfs(together));
}
