/** Nothing was noted yet. */
const UNKNOWN_DBFS = -70;
/** How far a voice stands out from what is always there. */
const ABOVE_BACKGROUND_DB = 8;
const QUIETEST_DBFS = -90;
const BINS = 91;
/** What came a second ago counts a third. */
const FORGETTING = 0.98;

export interface BackgroundLevel {
  /** How loud a frame without a voice was. */
  note(levelDbfs: number): void;
  /** How loud a voice has to be at least to stand out on this line, now. */
  readonly gateDbfs: number;
}

/** Learns how loud the line is when nobody speaks: the median of the last second or so of frames that held no voice. */
export function backgroundLevel(): BackgroundLevel {
  const histogram = new Float64Array(BINS);
  /** Of all bins. In an array: numbers that a closure keeps are allocated anew with every frame of every call. */
  const total = new Float64Array(1);
  let gateDbfs = UNKNOWN_DBFS;
  return {
    note(levelDbfs) {
      for (let bin = 0; bin < BINS; bin += 1) histogram[bin] = FORGETTING * (histogram[bin] ?? 0);
      const bin = Math.max(0, Math.min(BINS - 1, Math.round(levelDbfs - QUIETEST_DBFS)));
      histogram[bin] = (histogram[bin] ?? 0) + 1;
      const all = FORGETTING * (total[0] ?? 0) + 1;
      total[0] = all;
      let below = 0;
      let median = 0;
      while (median < BINS - 1 && (below += histogram[median] ?? 0) < all / 2) median += 1;
      gateDbfs = median + QUIETEST_DBFS + ABOVE_BACKGROUND_DB;
    },
    get gateDbfs() {
      return gateDbfs;
    },
  };
}
