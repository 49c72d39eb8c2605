import { meanSquare } from '#core/audio/level';
import type { Pace } from './frame-source.ts';

/** Mean square of a pause against that of the loudest frame of its phrase: 12 dB less. */
const PAUSE_SHARE = 1 / 16;

/** Mean square of a sound against that of the line's noise: 6 dB more. */
const SOUND_TIMES = 4;
/** Noise as soft as this is silence: -70 dBFS. */
const NOISE_MIN = 100;
/** How fast what is taken for noise grows by itself, a frame: 4 dB a second. */
const NOISE_GROWTH = 1.02;
/** 1 s. */
const REST_FRAMES = 50;

/**
 * How fast audio should leave. At once while the service hears a phrase and the speaker has just gone quiet: it counts the silence, and the caller
 * waits for the end of that count. Sparsely while nothing is heard at all, until the first frame that is louder than the line's noise.
 */
export class PhrasePace {
  /** Of the phrase being heard; `undefined` between phrases. */
  #loudest: number | undefined;
  /** The first frame tells, be it voice: it falls at once. */
  #noise = Number.POSITIVE_INFINITY;
  #framesAtRest = 0;

  phraseHeard(): void {
    this.#loudest ??= 0;
  }

  phraseEnded(): void {
    this.#loudest = undefined;
  }

  paceOf(pcm: Int16Array): Pace {
    const loudness = meanSquare(pcm);
    this.#framesAtRest = this.#isSound(loudness) ? 0 : this.#framesAtRest + 1;
    if (this.#loudest === undefined) return this.#framesAtRest < REST_FRAMES ? 'together' : 'sparse';
    this.#loudest = Math.max(this.#loudest, loudness);
    return loudness < this.#loudest * PAUSE_SHARE ? 'at-once' : 'together';
  }

  #isSound(loudness: number): boolean {
    this.#noise = Math.max(NOISE_MIN, Math.min(loudness, this.#noise * NOISE_GROWTH));
    return loudness > this.#noise * SOUND_TIMES;
  }
}
