import type { SoundShape } from './line-spectrum.ts';

/** Frames of a sound that has just begun: there is nothing yet to compare its spectrum with. */
const FIRST_COMPARED_FRAME = 5;
/** What is judged at once: the mean of so many frames. */
const RECENT_FRAMES = 5;
/**
 * How steady a sound has to be to be music at once. Several notes together repeat themselves less well than one voice does, so the better the
 * period, the steadier it has to be.
 */
const STEADY_WITHOUT_PERIOD = -0.08;
const STEADY_PER_PERIOD = 0.5;
/** What was heard a second ago counts a third. */
const FORGETTING = 0.98;
/** Steady for seconds: music is playing on this line. It stays so through its gaps and until a voice has been heard for a while. */
const MUSIC_PLAYS = 0.3;
const MUSIC_OVER = 0.16;
/** While music plays, this much movement is asked of a voice, for longer. */
const MOVING = 0.12;
const MOVING_FRAMES = 8;

export interface MusicDetector {
  /** A frame that sounds; undefined for one that does not. Whether it is music. */
  judge(shape: Pick<SoundShape, 'steadiness' | 'periodicity'> | undefined): boolean;
}

/** Music holds its notes, voices glide: tells them apart by how steady the lines of the spectrum are, at once and over seconds. */
export function musicDetector(): MusicDetector {
  const recent: number[] = [];
  const periods: number[] = [];
  let sounding = 0;
  let [sum, weight] = [0, 0];
  let playing = false;
  return {
    judge(shape) {
      if (shape === undefined) {
        sounding = 0;
        recent.length = 0;
        periods.length = 0;
        return false;
      }
      sounding += 1;
      if (sounding < FIRST_COMPARED_FRAME) return playing;
      const { steadiness, periodicity } = shape;
      recent.push(steadiness);
      periods.push(periodicity);
      if (recent.length > MOVING_FRAMES) recent.shift();
      if (periods.length > RECENT_FRAMES) periods.shift();
      sum = FORGETTING * sum + steadiness;
      weight = FORGETTING * weight + 1;
      // Not before half a second has been heard.
      if (weight > 20) playing = sum / weight > (playing ? MUSIC_OVER : MUSIC_PLAYS);
      if (!playing)
        return mean(recent.slice(-RECENT_FRAMES)) > STEADY_WITHOUT_PERIOD + STEADY_PER_PERIOD * mean(periods);
      return recent.length < MOVING_FRAMES || mean(recent) > MOVING;
    },
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
