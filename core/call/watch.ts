import type { CallLook } from '../ports/call-control.ts';
import { unreachable } from '../unreachable.ts';
import type { CallEvent } from './event.ts';
import {
  APOLOGY_TIMEOUT_MS,
  ASK_TIMEOUT_MS,
  HANG_UP_AGAIN_MS,
  isBeingEnded,
  LAST_RESORT_TIMEOUT_MS,
  lastResort,
  mayBeUnasked,
} from './last-resort.ts';
import type { CallState } from './state.ts';

/** The phone rings for thirty seconds (acs-facts 1.5), and what comes of the last of them may take a while to be told. */
export const RING_OVER_MS = 45_000;

/** For what was lost without a word while all was well: a stream, or the call. */
const CALM_LOOK_MS = 60_000;

/** The queue counts in whole seconds, and the time that is looked for has to be over. */
const MARGIN_MS = 1_000;

/** Tickets and the front's tokens live no longer (acs-facts 4.1): what still looks open then is a row nobody will ever report on. */
const CALL_LIFE_MAX_MS = 24 * 60 * 60_000;

/**
 * After how many milliseconds somebody has to look at this call again, if nothing is heard of it until then; nothing for a call that is over. As
 * long as each look is followed by the next one, no lost callback leaves a caller in silence, or a row open for ever.
 */
export function nextLookMs(state: CallState, nowMs: number, mediaTimeoutMs: number): number | undefined {
  switch (state.phase) {
    case 'offered':
      return Math.max(MARGIN_MS, state.offer.offeredAtMs + RING_OVER_MS - nowMs);
    case 'answered':
      return mediaTimeoutMs;
    case 'connected': {
      if (state.hungUpAtMs !== undefined) return MARGIN_MS + HANG_UP_AGAIN_MS;
      const tried = lastResort(state);
      if (tried === 'untried') return mediaTimeoutMs;
      if (tried === 'failed') return MARGIN_MS + APOLOGY_TIMEOUT_MS;
      const startMs = state.transfer?.result.atMs ?? nowMs;
      const timeoutMs = mayBeUnasked(state) ? ASK_TIMEOUT_MS : LAST_RESORT_TIMEOUT_MS;
      // A look in the meantime does not begin the time-out anew.
      return MARGIN_MS + Math.max(0, startMs + timeoutMs - nowMs);
    }
    case 'talking':
    case 'handed-over':
      return CALM_LOOK_MS;
    case 'ended':
      return undefined;
    default:
      return unreachable(state);
  }
}

/** What a look at the front amounts to. `undefined`: the front could not be asked. Gone calls have had time to say goodbye by then. */
export function eventOfLook(state: CallState, look: CallLook | undefined, atMs: number): CallEvent {
  const isOld = atMs - state.offer.offeredAtMs > CALL_LIFE_MAX_MS;
  if (look === 'gone' || isOld) return { type: 'call-gone', atMs };
  const isSilent = state.phase === 'answered' || state.phase === 'connected';
  // The stream is up, and that it started was not told.
  if (look === 'streaming' && isSilent && !isBeingEnded(state)) {
    return { type: 'media-started', atMs, connectionId: state.connectionId };
  }
  return { type: 'watchdog-fired', atMs };
}
