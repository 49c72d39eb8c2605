import type { CallCommand, CallEvent } from '#core/call/event';
import type { CallOffer } from '#core/call/offer';
import type { CallState } from '#core/call/state';
import { nextLookMs } from '#core/call/watch';
import type { CallId } from '#core/ids';
import { applyEvent } from './apply-event.ts';
import type { CallServices } from './call-services.ts';
import { runCommand } from './run-command.ts';
import { setWatchdog } from './set-watchdog.ts';

export interface Moved {
  /** Where the call is now; `undefined` for one that nobody knows. */
  readonly state: CallState | undefined;
  /** Whether a look at the call was arranged for on the way. */
  readonly isWatched: boolean;
}

/** What may go wrong without anybody telling. */
const WATCHED_COMMANDS: { readonly [Type in CallCommand['type']]: boolean } = {
  'start-media': true,
  'transfer-to-person': true,
  'apologise-and-hang-up': true,
  'hang-up': true,
  'listen-for-keys': false,
};

/**
 * Applies an event and does what follows from it. A command that fails is an event too: the life cycle says what comes next, until somebody has the
 * caller or the call is over. `offer`: see `applyEvent`.
 */
export async function moveCall(
  callId: CallId,
  event: CallEvent,
  services: CallServices,
  signal: AbortSignal,
  offer?: CallOffer,
): Promise<Moved> {
  const events: CallEvent[] = [event];
  let state: CallState | undefined;
  let isWatched = false;
  for (let next = events.shift(); next !== undefined; next = events.shift()) {
    const applied = await applyEvent(callId, next, services, signal, offer);
    if (applied.kind === 'unknown-call') continue;
    ({ state } = applied);
    if (applied.kind === 'ignored') continue;
    // First: a command whose outcome is never told, or a process that dies here, would leave the caller in silence.
    const isDue = applied.isNew || applied.commands.some(({ type }) => WATCHED_COMMANDS[type]);
    const lookMs = nextLookMs(state, services.clock.now(), services.watchdogMs);
    if (isDue && lookMs !== undefined) {
      // Each has its own time: what an earlier one comes too late for, this one may be in time for.
      const isSet = await setWatchdog(state.offer, lookMs, services, signal);
      isWatched ||= isSet;
    }
    for (const command of applied.commands) {
      const failure = await runCommand(command, applied.state, services, signal);
      if (failure !== undefined) events.push(failure);
    }
  }
  return { state, isWatched };
}
