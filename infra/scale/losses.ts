import type { CallEvent } from '#core/call/event';
import type { CallState } from '#core/call/state';
import { firstState, transition } from '#core/call/transition';
import { CONNECTION, offerAt } from './offer.ts';

const TRIES_MAX = 20;
/** Far enough apart that the reports of two losses are never taken for one. */
const BETWEEN_MS = 60_000;

/** How many times a call's stream may be lost until the product gives the caller to a person, found by playing its own state machine. */
export function lossesBeforePerson(): number {
  const connectionId = CONNECTION;
  let state: CallState = firstState(offerAt(0));
  const commandsAfter = (event: CallEvent): readonly string[] => {
    const moved = transition(state, event);
    if (moved.kind !== 'moved') return [];
    state = moved.state;
    return moved.commands.map(({ type }) => type);
  };
  commandsAfter({ type: 'connected', connectionId, atMs: 1_000 });
  for (let losses = 1; losses <= TRIES_MAX; losses += 1) {
    const atMs = losses * BETWEEN_MS;
    commandsAfter({ type: 'media-started', connectionId, atMs });
    const commands = commandsAfter({ type: 'media-lost', connectionId, atMs: atMs + 1_000, detail: 'lost' });
    if (commands.includes('transfer-to-person')) return losses;
  }
  throw new Error(`a call that lost its stream ${TRIES_MAX} times was not given to a person`);
}
