import { meanSquare } from '#core/audio/level';
import type { Pace } from './frame-source.ts';

/** Mean square of a pause against that of the loudest frame of its phrase: 12 dB less. */
const PAUSE_SHARE = 1 / 16;

/**
 * When audio should leave at once: while the service hears a phrase and the speaker has just gone quiet, it counts the silence, and the caller waits
 * for the end of that count.
 */
export class PhrasePace {
  /** Of the phrase being heard; `undefined` between phrases. */
  #loudest: number | undefined;

  phraseHeard(): void {
    this.#loudest ??= 0;
  }

  phraseEnded(): void {
    this.#loudest = undefined;
  }

  paceOf(pcm: Int16Array): Pace {
    if (this.#loudest === undefined) return 'together';
    const loudness = meanSquare(pcm);
    this.#loudest = Math.max(this.#loudest, loudness);
    return loudness < this.#loudest * PAUSE_SHARE ? 'at-once' : 'together';
  }
}
