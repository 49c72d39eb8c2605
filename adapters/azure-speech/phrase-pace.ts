import { meanSquare } from '#core/audio/level';
import type { Pace } from './frame-source.ts';

/** Mean square of a pause against that of the loudest frame of its phrase: 12 dB less. */
const PAUSE_SHARE = 1 / 16;

/** Most pauses are gaps between sounds, shorter than this (80 ms). No service ends a phrase so early: 100 ms is the least it can be told. */
const GAP_FRAMES = 4;

/** Mean square of a sound against that of the line's noise: 6 dB more. */
const SOUND_TIMES = 4;
/** Noise as soft as this is silence: -70 dBFS. */
const NOISE_MIN = 100;
/** How fast what is taken for noise grows by itself, a frame: 4 dB a second. */
const NOISE_GROWTH = 1.02;
/** 1 s. */
const REST_FRAMES = 50;

/**
 * How fast audio should leave. At once while the service hears a phrase and the speaker has just gone quiet: first the end of the word, and then, when
 * it is more than a gap, each frame, since the service counts the silence and the caller waits for the end of that count. Sparsely while nothing is
 * heard at all, until the first frame that is louder than the line's noise.
 */
export class PhrasePace {
  /** Of the phrase being heard; `undefined` between phrases. */
  #loudest: number | undefined;
  #pauseFrames = 0;
  /** The first frame tells, be it voice: it falls at once. */
  #noise = Number.POSITIVE_INFINITY;
  #framesAtRest = 0;

  phraseHeard(): void {
    this.#loudest ??= 0;
  }

  phraseEnded(): void {
    this.#loudest = undefined;
    this.#pauseFrames = 0;
  }

  paceOf(pcm: Int16Array): Pace {
    const loudness = meanSquare(pcm);
    this.#framesAtRest = this.#isSound(loudness) ? 0 : this.#framesAtRest + 1;
    if (this.#loudest === undefined) return this.#framesAtRest < REST_FRAMES ? 'together' : 'sparse';
    this.#loudest = Math.max(this.#loudest, loudness);
    this.#pauseFrames = loudness < this.#loudest * PAUSE_SHARE ? this.#pauseFrames + 1 : 0;
    return this.#pauseFrames === 1 || this.#pauseFrames > GAP_FRAMES ? 'at-once' : 'together';
  }

  #isSound(loudness: number): boolean {
    this.#noise = Math.max(NOISE_MIN, Math.min(loudness, this.#noise * NOISE_GROWTH));
    return loudness > this.#noise * SOUND_TIMES;
  }
}
