import { seededRandom } from '../../support/line-sounds/seeded-random.ts';

export interface LossPattern {
  /** Share of the packets that get lost, 0 to 1. */
  readonly rate: number;
  /** How many are lost in a row, on average; 1 for each on its own. */
  readonly meanBurst: number;
  readonly seed: number;
}

/** Tells of each packet in turn whether it gets lost: a network that is either good or bad (Gilbert's model). The same for the same pattern. */
export function packetLosses({ rate, meanBurst, seed }: LossPattern): () => boolean {
  const random = seededRandom(seed);
  const goodAgain = 1 / meanBurst;
  // In bursts of one a loss may follow another by chance, so that the rate holds for both.
  const bad = meanBurst === 1 ? rate : (rate * goodAgain) / (1 - rate);
  let isBad = false;
  return () => {
    isBad = isBad && meanBurst > 1 ? random.next() >= goodAgain : random.next() < bad;
    return isBad;
  };
}
