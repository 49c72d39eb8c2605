/** About -44 dBFS: above the noise of G.711 silence, below the quietest vowel of the synthetic voices. */
const VOICED_RMS = 200;
/** Two frames: one loud frame alone is a click. */
const FRAMES_TO_BEGIN = 2;
/** Pauses between words and clauses are shorter. */
const SILENCE_MS = 600;

export function rms(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length);
}

export function isVoiced(samples: Int16Array): boolean {
  return rms(samples) >= VOICED_RMS;
}

type LevelChange =
  /** `atMs` is when its first frame was heard. */
  { readonly heard: 'voice'; readonly atMs: number } | { readonly heard: 'silence'; readonly atMs: number };

/** Says when voice begins and ends in a stream of frames. Times come in with the frames. */
export class LevelDetector {
  #voicedFrames = 0;
  #firstVoicedAtMs = 0;
  #lastVoicedAtMs = 0;
  #hearsVoice = false;

  get hearsVoice(): boolean {
    return this.#hearsVoice;
  }

  push(samples: Int16Array, atMs: number): LevelChange | undefined {
    if (isVoiced(samples)) {
      if (this.#voicedFrames === 0) this.#firstVoicedAtMs = atMs;
      this.#voicedFrames += 1;
      this.#lastVoicedAtMs = atMs;
      if (this.#hearsVoice || this.#voicedFrames < FRAMES_TO_BEGIN) return undefined;
      this.#hearsVoice = true;
      return { heard: 'voice', atMs: this.#firstVoicedAtMs };
    }
    this.#voicedFrames = 0;
    if (!this.#hearsVoice || atMs - this.#lastVoicedAtMs < SILENCE_MS) return undefined;
    this.#hearsVoice = false;
    return { heard: 'silence', atMs: this.#lastVoicedAtMs };
  }
}
