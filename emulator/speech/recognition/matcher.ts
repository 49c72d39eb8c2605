import { FEATURES, type FeatureVector } from '../features.ts';

/** A phrase as one voice says it. */
export interface Reference {
  readonly text: string;
  /** BCP 47; left out where only one language is spoken. */
  readonly language?: string;
  readonly frames: readonly FeatureVector[];
}

export interface Match {
  readonly text: string;
  readonly language: string | undefined;
  /** 0..1, from the distance and from how far behind the next best text is. */
  readonly confidence: number;
  /** Mean distance a frame; for logs and tests. */
  readonly distance: number;
}

/** As like the reference as a phone line lets it be; beyond the second one, another phrase. Measured with this engine's voices through G.711. */
const SAME_DISTANCE = 0.8;
const OTHER_DISTANCE = 3.4;
/** Of a phrase under way so much has to fit, and so much better than the next, before any of it is told. */
const TELLING_DISTANCE = 2.6;
const TELLING_LEAD = 1.1;
/** Below this the service says NoMatch. */
export const RECOGNISED_FROM = 0.35;
/** Every frame may stay on a sound of the reference, go to the next or skip one: speech from half to any times as slow. */
const STAY_PENALTY = 0.4;
const SKIP_PENALTY = 0.4;
/** A phrase that is this far off after some frames will not come back: its column is not computed any more. */
const ABANDON_DISTANCE = 6.5;
const ABANDON_AFTER_FRAMES = 20;
/** The speaker may swallow this much of the end. */
const OPEN_END_FRAMES = 4;

interface Track {
  readonly reference: Reference;
  /** Cheapest way to have heard everything so far and to stand at each frame of the reference. */
  column: Float64Array;
  spare: Float64Array;
  best: number;
  bestAt: number;
}

/** Dynamic time warping of one stretch of speech against all references at once, one input frame at a time, with pruning. */
export class PhraseMatcher {
  #tracks: Track[];
  #frames = 0;

  constructor(references: readonly Reference[]) {
    this.#tracks = references
      .filter(({ frames }) => frames.length > 0)
      .map((reference) => ({
        reference,
        column: new Float64Array(reference.frames.length).fill(Infinity),
        spare: new Float64Array(reference.frames.length),
        best: 0,
        bestAt: 0,
      }));
  }

  next(frame: FeatureVector): void {
    for (const track of this.#tracks) advance(track, frame, this.#frames === 0);
    this.#frames++;
    if (this.#frames >= ABANDON_AFTER_FRAMES) {
      const limit = ABANDON_DISTANCE * this.#frames;
      this.#tracks = this.#tracks.filter(({ best }) => best <= limit);
    }
  }

  /** The phrase that is being said, if it can be told yet, and how much of it (0..1). */
  prefix(): (Pick<Match, 'text' | 'language'> & { readonly progress: number }) | undefined {
    const [track, ...others] = this.#tracks.toSorted((a, b) => a.best - b.best);
    if (track === undefined || track.best / this.#frames > TELLING_DISTANCE) return undefined;
    const { text, language } = track.reference;
    const runnerUp = others.find(({ reference }) => reference.text !== text);
    // Two phrases that begin alike: the service would rather wait, too.
    if (runnerUp !== undefined && runnerUp.best < TELLING_LEAD * track.best) return undefined;
    return { text, language, progress: (track.bestAt + 1) / track.reference.frames.length };
  }

  /** The phrase that was said from its beginning to its end, `undefined` when none was. */
  finish(): Match | undefined {
    const nearest = new Map<string, Pick<Match, 'text' | 'language' | 'distance'>>();
    for (const { reference, column } of this.#tracks) {
      const { text, language } = reference;
      const total = Math.min(...column.subarray(Math.max(0, column.length - OPEN_END_FRAMES)));
      const distance = total / Math.max(1, this.#frames);
      if (distance < (nearest.get(text)?.distance ?? Infinity)) nearest.set(text, { text, language, distance });
    }
    const [best, runnerUp] = [...nearest.values()].toSorted((one, other) => one.distance - other.distance);
    if (best === undefined) return undefined;
    return { ...best, confidence: confidenceOf(best.distance, runnerUp?.distance ?? Infinity) };
  }
}

function advance(track: Track, frame: FeatureVector, isFirst: boolean): void {
  const { reference, column, spare } = track;
  let best = Infinity;
  for (let j = 0; j < column.length; j++) {
    const stay = (column[j] ?? Infinity) + STAY_PENALTY;
    const step = j >= 1 ? (column[j - 1] ?? Infinity) : Infinity;
    const skip = j >= 2 ? (column[j - 2] ?? Infinity) + SKIP_PENALTY : Infinity;
    const cheapest = isFirst ? (j < 3 ? j * SKIP_PENALTY : Infinity) : Math.min(stay, step, skip);
    const cost = cheapest === Infinity ? Infinity : cheapest + distanceBetween(frame, reference.frames[j]);
    spare[j] = cost;
    if (cost < best) {
      best = cost;
      track.bestAt = j;
    }
  }
  track.best = best;
  track.column = spare;
  track.spare = column;
}

function distanceBetween(a: FeatureVector, b: FeatureVector | undefined): number {
  let sum = 0;
  for (let k = 0; k < FEATURES; k++) {
    const difference = (a[k] ?? 0) - (b?.[k] ?? 0);
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}

function confidenceOf(distance: number, runnerUp: number): number {
  // Squared: the first damage takes little from what is understood, the last takes all.
  const likeness = 1 - clamp((distance - SAME_DISTANCE) / (OTHER_DISTANCE - SAME_DISTANCE)) ** 2;
  // Two phrases that are equally near: either may have been said.
  const lead = clamp((runnerUp / distance - 1) / 0.3);
  return Math.round(likeness * (0.5 + 0.5 * lead) * 1000) / 1000;
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
