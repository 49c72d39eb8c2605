import type { SoundShape } from './line-spectrum.ts';

/** Frames of a sound that has just begun: there is nothing yet to compare its spectrum with. */
const FIRST_COMPARED_FRAME = 4;
/**
 * How much of a sound stands still when it is music: the share of its lines, and their number. Several notes together repeat themselves less well
 * than one voice does, so the better the period, the more has to stand still.
 */
const PER_STEADY_LINE = 0.095;
const STEADY_LINES_MAX = 8;
const PER_PERIOD = 0.69;
/** What is judged at once: the mean of so many frames; and what is judged a little later. */
const RECENT_FRAMES = 5;
/** The fewer frames, the surer they have to be. */
const SURE = 0.3;
const LATER_FRAMES = 15;
const LATER_FROM_FRAMES = 8;
/** What was heard a second ago counts a third. Not before so many frames. */
const FORGETTING = 0.98;
const SLOW_FROM_FRAMES = 12;
/** Music is playing on this line. It stays so through its gaps, until what is heard has been moving for a while. */
const PLAYS_ABOVE = 0.05;
const OVER_BELOW = -0.1;
/** While music plays, this is asked of a voice, for so many frames. */
const MOVING_BELOW = -0.15;
const MOVING_FRAMES = 12;

type Steadiness = Pick<SoundShape, 'steadiness' | 'steadyLines' | 'periodicity'>;

export interface MusicDetector {
  /** A frame that sounds; undefined for one that does not. Whether it is music. */
  judge(shape: Steadiness | undefined): boolean;
}

/** Music holds its notes, voices glide: tells them apart by how steady the lines of the spectrum are, at once and over seconds. */
export function musicDetector(): MusicDetector {
  /** How much steadier than a voice each of the last frames was, from the oldest on. */
  const recent = new Float64Array(LATER_FRAMES);
  let known = 0;
  let sounding = 0;
  /** Sum and weight. In an array: numbers that a closure keeps are allocated anew with every frame of every call. */
  const slow = new Float64Array(2);
  let playing = false;

  /** Of the last so many, or as many as there are. */
  function mean(last: number): number {
    const from = Math.max(0, known - last);
    let sum = 0;
    for (let at = from; at < known; at += 1) sum += recent[at] ?? 0;
    return sum / Math.max(1, known - from);
  }

  return {
    judge(shape) {
      if (shape === undefined) {
        sounding = 0;
        known = 0;
        return false;
      }
      sounding += 1;
      if (sounding < FIRST_COMPARED_FRAME) return playing;
      const excess = moreThanAVoice(shape);
      if (known === LATER_FRAMES) recent.copyWithin(0, 1);
      else known += 1;
      recent[known - 1] = excess;
      const sum = FORGETTING * (slow[0] ?? 0) + excess;
      const weight = FORGETTING * (slow[1] ?? 0) + 1;
      slow[0] = sum;
      slow[1] = weight;
      if (weight > SLOW_FROM_FRAMES) playing = sum / weight > (playing ? OVER_BELOW : PLAYS_ABOVE);
      if (playing) return known < MOVING_FRAMES || mean(MOVING_FRAMES) > MOVING_BELOW;
      return (
        mean(RECENT_FRAMES) > SURE / Math.min(RECENT_FRAMES, known) ||
        (known >= LATER_FROM_FRAMES && mean(LATER_FRAMES) > 0)
      );
    },
  };
}

function moreThanAVoice({ steadiness, steadyLines, periodicity }: Steadiness): number {
  const standing = steadiness + PER_STEADY_LINE * Math.min(STEADY_LINES_MAX, steadyLines);
  return standing - PER_PERIOD * periodicity;
}
