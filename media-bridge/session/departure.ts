import { noLongerThan } from '#core/no-longer-than';
import type { Clock } from '#core/ports/clock';

/** What a media session is waited for with before it is given to another bridge. */
export interface Departing {
  /** Nobody speaks and nothing is under way: nobody would notice. */
  readonly isAtRest: boolean;
  /** A tool that changes something outside has not given its result. */
  readonly isChanging: boolean;
  /** Resolves when the clause that is being said has been heard, and lets no other begin. */
  pauseSpeech(): Promise<void>;
  /** Calls back whenever one of these may have changed; gives back what stops that. */
  onChange(listener: () => void): () => void;
}

/** For the moment in which nobody would notice; most turns are shorter. */
const REST_WAIT_MS = 4_000;
/** Then for the end of a clause, and for changes under way: a caller who talks on and on, or a slow tool, is not waited for longer. */
const PAUSE_WAIT_MS = 4_000;

/** How long a departure takes at most. */
export const DEPARTURE_MAX_MS = REST_WAIT_MS + PAUSE_WAIT_MS;

/** Resolves when the call can go: at the best moment there is within `DEPARTURE_MAX_MS`, or at once when `now` is aborted. Never rejects. */
export async function goodMoment(departing: Departing, clock: Clock, now: AbortSignal): Promise<void> {
  const atRest = until(departing, () => departing.isAtRest && !departing.isChanging);
  await noLongerThan(REST_WAIT_MS, clock, atRest, now);
  if (departing.isAtRest && !departing.isChanging) return;
  const quiet = Promise.all([departing.pauseSpeech(), until(departing, () => !departing.isChanging)]);
  await noLongerThan(PAUSE_WAIT_MS, clock, quiet, now);
}

function until(departing: Departing, check: () => boolean): Promise<void> {
  if (check()) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = departing.onChange(() => {
      if (!check()) return;
      stop();
      resolve();
    });
  });
}
