import type { CallConnectionId } from '../ids.ts';
import { unreachable } from '../unreachable.ts';
import { outcomeOfDisconnect, outcomeWhenGone } from './disconnect.ts';
import { START_REFUSED, type CallEvent } from './event.ts';
import { MEDIA_MOVED, MEDIA_OVER } from './given-up.ts';
import { isBeingEnded, lastResort } from './last-resort.ts';
import { mayComeBack } from './may-come-back.ts';
import { end, ignored, moved, type EstablishedState, type Event, type Transition } from './moves.ts';
import type { CallOffer } from './offer.ts';
import {
  failureMessageOver,
  giveUp,
  hangUp,
  nobodyTalks,
  toPerson,
  transferAccepted,
  transferAsked,
  transferFailed,
} from './reach-person.ts';
import type { CallIn, CallState } from './state.ts';
import { RING_OVER_MS } from './watch.ts';

/** A stream that was stopped on purpose, by us or by the end of the call, is not lost (acs-facts 3.2). */
const STOPPED_ON_PURPOSE = 'subscriptionStopped';

/** Kept in the row: far more than are pressed between two looks at it. */
const KEYS_KEPT_MAX = 32;

/** Losing the stream once may be a replica that died; another takes over. Losing it again is ours to end. */
const LOSSES_BEFORE_FAILURE = 2;

export function firstState(offer: CallOffer): CallIn<'offered'> {
  return { phase: 'offered', offer };
}

/**
 * The call life cycle: total, synchronous, free of I/O and of clocks.
 *
 * Event Grid delivers at least once and callbacks overtake one another and the answer's own response, so an event that does not fit the phase
 * is not an error: it is `ignored`, and the handler acknowledges it. Throwing would only make Azure send it again.
 */
export function transition(state: CallState, event: CallEvent): Transition {
  switch (state.phase) {
    case 'offered':
    case 'answered':
      return listeningForKeys(beforeConnection(state, event));
    case 'connected':
    case 'talking':
    case 'handed-over':
      return whileEstablished(state, event);
    case 'ended':
      return afterEnd(state, event);
    default:
      return unreachable(state);
  }
}

function beforeConnection(state: CallIn<'offered' | 'answered'>, event: CallEvent): Transition {
  switch (event.type) {
    case 'answer-accepted':
      if (state.phase === 'answered') return ignored(state, event);
      return moved({ phase: 'answered', offer: state.offer, connectionId: event.connectionId });
    case 'answer-refused': {
      const { code, subCode } = event;
      return end(state, event.atMs, { kind: 'answer-failed', code, subCode }, 'inference');
    }
    case 'caller-gave-up':
      return end(state, event.atMs, { kind: 'abandoned' }, 'inference');
    case 'redirected':
      return end(state, event.atMs, { kind: 'redirected', target: event.target });
    case 'rejected':
      return end(state, event.atMs, { kind: 'rejected', reason: event.reason });
    case 'connected':
      return moved(established(state.offer, event, 'connected'));
    case 'media-started':
      return moved({ ...established(state.offer, event, 'talking'), mediaStartedAtMs: event.atMs });
    case 'media-lost':
      return event.detail === STOPPED_ON_PURPOSE
        ? ignored(state, event)
        : mediaLost(established(state.offer, event, 'connected'), event);
    case 'watchdog-fired':
      if (state.phase === 'answered') {
        return toPerson(established(state.offer, at(event, state.connectionId), 'connected'), event.atMs);
      }
      // Without a connection id there is nobody to speak to; the front ends an unanswered call by itself, and tells nobody.
      return event.atMs - state.offer.offeredAtMs < RING_OVER_MS
        ? ignored(state, event)
        : end(state, event.atMs, { kind: 'unreported' }, 'inference');
    case 'disconnected':
      return end(state, event.atMs, outcomeOfDisconnect(state, event));
    case 'call-gone':
      return end(state, event.atMs, outcomeWhenGone(state), 'inference');
    case 'key-pressed':
    case 'failure-message-over':
    case 'transfer-asked':
      // Reported only after it was asked for, and that is asked for once the call is established.
      return ignored(state, event);
    case 'transfer-accepted':
    case 'transfer-failed':
      // Only an established call is transferred: CallConnected is late, and the bridge waits for this outcome.
      return state.phase === 'offered'
        ? ignored(state, event)
        : whileEstablished(established(state.offer, at(event, state.connectionId), 'connected'), event);
    default:
      return unreachable(event);
  }
}

/** Once a call, when it is first known to be established; whatever is more urgent comes first. */
function listeningForKeys(next: Transition): Transition {
  if (next.kind === 'ignored' || (next.state.phase !== 'connected' && next.state.phase !== 'talking')) return next;
  const { connectionId } = next.state;
  return moved(next.state, ...next.commands, { type: 'listen-for-keys', connectionId });
}

function whileEstablished(state: EstablishedState, event: CallEvent): Transition {
  switch (event.type) {
    case 'media-started':
      return mediaStarted(state, event);
    case 'media-lost':
      return mediaLost(state, event);
    case 'watchdog-fired':
      return nobodyTalks(state, event);
    case 'transfer-asked':
      return transferAsked(state, event);
    case 'transfer-accepted':
      return transferAccepted(state, event);
    case 'transfer-failed':
      return transferFailed(state, event);
    case 'failure-message-over':
      return failureMessageOver(state, event);
    case 'key-pressed':
      return keyPressed(state, event);
    case 'disconnected':
      return end(state, event.atMs, outcomeOfDisconnect(state, event));
    case 'call-gone':
      return end(state, event.atMs, outcomeWhenGone(state), 'inference');
    case 'answer-accepted':
    case 'answer-refused':
    case 'caller-gave-up':
    case 'redirected':
    case 'rejected':
    case 'connected':
      return ignored(state, event);
    default:
      return unreachable(event);
  }
}

/**
 * A call that we held for over without having been told so, before it was known to be established, and of which the front tells otherwise: the answer's
 * response was lost, say, and a second try was refused. The caller is there, and somebody has to be.
 */
function afterEnd(state: CallIn<'ended'>, event: CallEvent): Transition {
  if (!mayComeBack(state)) return ignored(state, event);
  switch (event.type) {
    case 'answer-accepted':
    case 'connected':
    case 'media-started':
    case 'media-lost':
    case 'disconnected': {
      const next = transition(firstState(state.offer), event);
      return next.kind === 'moved' ? next : ignored(state, event);
    }
    case 'answer-refused':
    case 'caller-gave-up':
    case 'redirected':
    case 'rejected':
    case 'transfer-asked':
    case 'transfer-accepted':
    case 'transfer-failed':
    case 'key-pressed':
    case 'failure-message-over':
    case 'watchdog-fired':
    case 'call-gone':
      return ignored(state, event);
    default:
      return unreachable(event);
  }
}

function mediaStarted(state: EstablishedState, event: Event<'media-started'>): Transition {
  const lastLoss = Math.max(state.mediaLostAtMs.at(-1) ?? -Infinity, state.mediaMovedAtMs ?? -Infinity);
  const outdated = event.atMs < lastLoss || event.atMs === state.mediaStartedAtMs;
  if (state.phase !== 'connected' || outdated || isBeingEnded(state)) return ignored(state, event);
  return moved({ ...state, phase: 'talking', mediaStartedAtMs: event.atMs });
}

function mediaLost(state: EstablishedState, event: Event<'media-lost'>): Transition {
  const isKnown = event.atMs === state.mediaMovedAtMs || state.mediaLostAtMs.includes(event.atMs);
  const isToldLate = isKnown || event.atMs < (state.mediaStartedAtMs ?? -Infinity);
  const outdated = event.detail === START_REFUSED ? state.phase !== 'connected' : isToldLate;
  const expected = state.phase === 'handed-over' || event.detail === STOPPED_ON_PURPOSE;
  if (outdated || expected || isBeingEnded(state)) return ignored(state, event);
  // A move is no failure, and there is one for every bridge that is replaced while the call is up.
  if (isMove(state, event)) {
    const given = { ...state, phase: 'connected', mediaMovedAtMs: event.atMs } as const;
    return moved(given, { type: 'start-media', connectionId: state.connectionId });
  }
  const tried = lastResort(state);
  if (event.detail === MEDIA_OVER && tried !== 'under-way') return hangUp(state, event.atMs);
  const lost = { ...state, phase: 'connected', mediaLostAtMs: [...state.mediaLostAtMs, event.atMs] } as const;
  switch (tried) {
    case 'untried':
      return lost.mediaLostAtMs.length < LOSSES_BEFORE_FAILURE
        ? moved(lost, { type: 'start-media', connectionId: state.connectionId })
        : toPerson(lost, event.atMs);
    case 'under-way':
      return moved(lost);
    case 'failed':
      return giveUp(lost);
    default:
      return unreachable(tried);
  }
}

/** A stream that is not up, as far as is known, cannot be given up: what comes then is an old report, or another bridge has failed to take it. */
function isMove(state: EstablishedState, { detail }: Event<'media-lost'>): boolean {
  return detail === MEDIA_MOVED && state.phase === 'talking' && lastResort(state) === 'untried';
}

/** Reports come more than once and in any order: the row has each once, by its number. */
function keyPressed(state: EstablishedState, event: Event<'key-pressed'>): Transition {
  const { sequenceId, key, atMs } = event;
  const isKnown = state.keys.some((known) => known.sequenceId === sequenceId);
  const isOld = state.keys.length === KEYS_KEPT_MAX && sequenceId < (state.keys[0]?.sequenceId ?? 0);
  if (state.phase === 'handed-over' || isKnown || isOld) return ignored(state, event);
  const keys = [...state.keys, { sequenceId, key, atMs }].sort((one, other) => one.sequenceId - other.sequenceId);
  return moved({ ...state, keys: keys.slice(-KEYS_KEPT_MAX) });
}

function at({ atMs }: CallEvent, connectionId: CallConnectionId): Pick<Event<'connected'>, 'atMs' | 'connectionId'> {
  return { atMs, connectionId };
}

function established<P extends 'connected' | 'talking'>(
  offer: CallOffer,
  event: Pick<Event<'connected'>, 'atMs' | 'connectionId'>,
  phase: P,
) {
  return {
    phase,
    offer,
    connectionId: event.connectionId,
    connectedAtMs: event.atMs,
    mediaStartedAtMs: undefined,
    mediaLostAtMs: [],
    transfer: undefined,
    keys: [],
  };
}
