/** Random numbers that a seed decides: the same seed, the same run. */
export interface Random {
  /** At least 0, less than 1. */
  next(): number;
  /** Milliseconds to the next of events that come at this many a second, one independent of another. */
  gapMs(perSecond: number): number;
  /** Log-normal with this mean; `spread` is the standard deviation of its logarithm. */
  logNormal(mean: number, spread: number): number;
  /** At least 0, less than `count`; whole. */
  below(count: number): number;
}

/** The generator is mulberry32: small, fast, and good enough for telephone calls. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const gaussian = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return {
    next,
    gapMs: (perSecond) => (-Math.log(1 - next()) / perSecond) * 1000,
    logNormal: (mean, spread) => Math.exp(Math.log(mean) - spread ** 2 / 2 + spread * gaussian()),
    below: (count) => Math.floor(next() * count),
  };
}
