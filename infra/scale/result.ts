/** What became of the calls of a run. Every call is in exactly one of the first group, every answered one in exactly one of the second. */
export interface Tally {
  offered: number;
  answered: number;
  /** To people, before an answer. */
  redirected: number;
  /** So that the SBC goes on to its next route. */
  refused: number;
  /** Nobody took the call while it rang. */
  unanswered: number;

  /** Ended by the caller or the agent. */
  completed: number;
  /** From the conversation to a person, because something failed. */
  toPerson: { noBridge: number; lostTwice: number; lateTakeOver: number; noModel: number; noRecogniser: number };
  /** Were up when the run was over. */
  up: number;
  /** With all of their region. */
  lostWithRegion: number;

  /** Went to another bridge after the first was lost, and in order. */
  movedAfterLoss: number;
  movedInOrder: number;
  longestSilenceMs: number;
  longestRingMs: number;
  peakUp: number;
  peakReplicas: number;
  peakFunctions: number;
  mostOnOneReplica: number;
  /** Minutes that calls spent on replicas with more than `MAX_CALLS`. */
  crowdedMinutes: number;
  /** Replicas that were wanted and could not be had, at the worst moment. */
  withoutCores: number;
  /** Rows of table `bridges` read in the busiest second. */
  peakRowsReadPerS: number;
  replicaHours: number;
}

/** Means since the sample before, or what was there at this time. */
export interface Sample {
  readonly atMs: number;
  readonly calls: number;
  readonly serving: number;
  readonly starting: number;
  readonly draining: number;
  readonly redirected: number;
  readonly refused: number;
  readonly moved: number;
  readonly toPerson: number;
  /** Of the serving replicas, in percent of a core. */
  readonly cpuPercent: number;
}

export interface Result {
  readonly tally: Tally;
  readonly samples: readonly Sample[];
}

export function emptyTally(): Tally {
  return {
    offered: 0,
    answered: 0,
    redirected: 0,
    refused: 0,
    unanswered: 0,
    completed: 0,
    toPerson: { noBridge: 0, lostTwice: 0, lateTakeOver: 0, noModel: 0, noRecogniser: 0 },
    up: 0,
    lostWithRegion: 0,
    movedAfterLoss: 0,
    movedInOrder: 0,
    longestSilenceMs: 0,
    longestRingMs: 0,
    peakUp: 0,
    peakReplicas: 0,
    peakFunctions: 0,
    mostOnOneReplica: 0,
    crowdedMinutes: 0,
    withoutCores: 0,
    peakRowsReadPerS: 0,
    replicaHours: 0,
  };
}

export function toPersonInAll({ toPerson }: Tally): number {
  return Object.values(toPerson).reduce((sum, count) => sum + count, 0);
}

/** What the product promises of every call, and where a run broke it; empty when it held. */
export function brokenPromises(tally: Tally): readonly string[] {
  const { answered, completed, lostWithRegion, offered, redirected, refused, unanswered, up } = tally;
  const problems: string[] = [];
  if (unanswered > 0) problems.push(`${unanswered} calls rang until nobody wanted them any more`);
  const settled = answered + redirected + refused + unanswered;
  if (offered !== settled) problems.push(`of ${offered} calls ${settled} were answered, redirected or refused`);
  const ended = completed + toPersonInAll(tally) + up + lostWithRegion;
  if (answered !== ended) problems.push(`of ${answered} answered calls ${ended} came to an end that is known`);
  return problems;
}
