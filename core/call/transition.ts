import type { CallConnectionId, PhoneNumber } from '../ids.ts';
import { unreachable } from '../unreachable.ts';
import type { CallCommand, CallEvent } from './event.ts';
import type { CallOffer } from './offer.ts';
import type { CallOutcome } from './outcome.ts';
import { outcomeOfDisconnect } from './disconnect.ts';
import type { CallIn, CallPhase, CallState, TransferAttempt } from './state.ts';

export type Transition =
  | { readonly kind: 'moved'; readonly state: CallState; readonly commands: readonly CallCommand[] }
  | { readonly kind: 'ignored'; readonly phase: CallPhase; readonly event: CallEvent['type'] };

/** The operation context of the control plane's own attempt to bring a caller to a person. One a call: there is no second chance behind it. */
export const FAILURE_TRANSFER_ID = 'control-plane-failure';

/** ACS gives a transfer up after 60 s (acs-facts 5.2); its report may take a little longer. */
export const LAST_RESORT_TIMEOUT_MS = 70_000;

/** A failure message is 150 characters at most: ten seconds, and some for the voice to begin. */
export const APOLOGY_TIMEOUT_MS = 30_000;

/** A stream that was stopped on purpose, by us or by the end of the call, is not lost (acs-facts 3.2). */
const STOPPED_ON_PURPOSE = 'subscriptionStopped';

/** Kept in the row: far more than are pressed between two looks at it. */
const KEYS_KEPT_MAX = 32;

/** Losing the stream once may be a replica that died; another takes over. Losing it again is ours to end. */
const LOSSES_BEFORE_FAILURE = 2;

type EstablishedState = CallIn<'connected' | 'talking' | 'handed-over'>;
type Event<T extends CallEvent['type']> = Extract<CallEvent, { type: T }>;

export function firstState(offer: CallOffer): CallState {
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
      return ignored(state, event);
    default:
      return unreachable(state);
  }
}

function beforeConnection(state: CallIn<'offered' | 'answered'>, event: CallEvent): Transition {
  switch (event.type) {
    case 'answer-accepted':
      if (state.phase === 'answered') return ignored(state, event);
      return moved({ phase: 'answered', offer: state.offer, connectionId: event.connectionId });
    case 'answer-refused':
      return end(state, event.atMs, { kind: 'answer-failed', code: event.code, subCode: event.subCode });
    case 'caller-gave-up':
      return end(state, event.atMs, { kind: 'abandoned' });
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
      // Without a connection id there is nobody to speak to; the front ends an unanswered call by itself.
      if (state.phase === 'offered') return ignored(state, event);
      return toPerson(established(state.offer, at(event, state.connectionId), 'connected'), event.atMs);
    case 'disconnected':
      return end(state, event.atMs, outcomeOfDisconnect(state, event));
    case 'key-pressed':
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
      return watchdogFired(state, event);
    case 'transfer-accepted':
      return transferAccepted(state, event);
    case 'transfer-failed':
      return transferFailed(state, event);
    case 'key-pressed':
      return keyPressed(state, event);
    case 'disconnected':
      return end(state, event.atMs, outcomeOfDisconnect(state, event));
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

function mediaStarted(state: EstablishedState, event: Event<'media-started'>): Transition {
  const lastLoss = state.mediaLostAtMs.at(-1) ?? -Infinity;
  const outdated = event.atMs < lastLoss || event.atMs === state.mediaStartedAtMs;
  if (state.phase !== 'connected' || outdated || isGivenUp(state)) return ignored(state, event);
  return moved({ ...state, phase: 'talking', mediaStartedAtMs: event.atMs });
}

function mediaLost(state: EstablishedState, event: Event<'media-lost'>): Transition {
  const outdated = event.atMs < (state.mediaStartedAtMs ?? -Infinity) || state.mediaLostAtMs.includes(event.atMs);
  const expected = state.phase === 'handed-over' || event.detail === STOPPED_ON_PURPOSE;
  if (outdated || expected || isGivenUp(state)) return ignored(state, event);
  const lost = { ...state, phase: 'connected', mediaLostAtMs: [...state.mediaLostAtMs, event.atMs] } as const;
  const tried = lastResort(state);
  switch (tried) {
    case 'untried':
      return lost.mediaLostAtMs.length < LOSSES_BEFORE_FAILURE
        ? moved(lost, { type: 'start-media', connectionId: state.connectionId })
        : toPerson(lost, event.atMs);
    case 'under-way':
      return moved(lost);
    case 'failed':
      return apologise(lost);
    default:
      return unreachable(tried);
  }
}

function watchdogFired(state: EstablishedState, event: Event<'watchdog-fired'>): Transition {
  const { transfer } = state;
  if (state.phase !== 'connected') return ignored(state, event);
  if (transfer?.id !== FAILURE_TRANSFER_ID) return toPerson(state, event.atMs);
  const { result } = transfer;
  if (result.kind === 'failed') {
    if (event.atMs - result.atMs < APOLOGY_TIMEOUT_MS) return ignored(state, event);
    // The apology was asked for, and its end was not reported. Noted, so that the same watchdog does it once.
    const noted: TransferAttempt = { ...transfer, result: { ...result, atMs: event.atMs } };
    return moved({ ...state, transfer: noted }, { type: 'hang-up', connectionId: state.connectionId });
  }
  // The report of its failure was lost on the way: the front has given it up by now.
  return result.kind === 'under-way' && event.atMs - result.atMs >= LAST_RESORT_TIMEOUT_MS
    ? apologise({
        ...state,
        transfer: { ...transfer, result: { kind: 'failed', atMs: event.atMs, code: 408, subCode: 0 } },
      })
    : ignored(state, event);
}

function transferAccepted(state: EstablishedState, event: Event<'transfer-accepted'>): Transition {
  if (state.phase === 'handed-over') return ignored(state, event);
  return moved({
    ...state,
    phase: 'handed-over',
    transfer: {
      id: event.transferId,
      target: event.target ?? targetOf(state.transfer, event.transferId),
      result: { kind: 'accepted', atMs: event.atMs },
    },
  });
}

function transferFailed(state: EstablishedState, event: Event<'transfer-failed'>): Transition {
  const { transfer } = state;
  // A failure that is told again would hide the later one of the next queue.
  const isKnown =
    transfer?.result.kind === 'failed' && (transfer.id === event.transferId || event.atMs < transfer.result.atMs);
  // Our own attempt replaced the bridge's: what becomes of the bridge's older one matters to nobody any more.
  const isOurs = event.transferId === FAILURE_TRANSFER_ID;
  const isOfAnother = isOurs !== (transfer?.id === FAILURE_TRANSFER_ID);
  if (state.phase === 'handed-over' || isKnown || isOfAnother) return ignored(state, event);
  const failed: TransferAttempt = {
    id: event.transferId,
    target: targetOf(transfer, event.transferId),
    result: { kind: 'failed', atMs: event.atMs, code: event.code, subCode: event.subCode },
  };
  // The bridge reads the row and decides about its own attempts. Ours was the last resort, unless the stream came up meanwhile: then the
  // caller is being talked to, and stays with the agent.
  return isOurs && state.phase === 'connected'
    ? apologise({ ...state, transfer: failed })
    : moved({ ...state, transfer: failed });
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

function toPerson(state: EstablishedState, atMs: number): Transition {
  return moved(
    { ...state, transfer: { id: FAILURE_TRANSFER_ID, target: undefined, result: { kind: 'under-way', atMs } } },
    { type: 'transfer-to-person', connectionId: state.connectionId, transferId: FAILURE_TRANSFER_ID },
  );
}

function apologise(state: EstablishedState): Transition {
  return moved(state, { type: 'apologise-and-hang-up', connectionId: state.connectionId });
}

/** What has become of the control plane's own attempt to bring the caller to a person. */
function lastResort({ transfer }: EstablishedState): 'untried' | 'under-way' | 'failed' {
  if (transfer?.id !== FAILURE_TRANSFER_ID) return 'untried';
  return transfer.result.kind === 'failed' ? 'failed' : 'under-way';
}

/** The apology is being said and the hang-up follows: a stream that comes or goes now changes nothing. */
function isGivenUp(state: EstablishedState): boolean {
  return state.phase === 'connected' && lastResort(state) === 'failed';
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

function targetOf(transfer: TransferAttempt | undefined, id: string): PhoneNumber | undefined {
  return transfer?.id === id ? transfer.target : undefined;
}

function end(state: Exclude<CallState, { phase: 'ended' }>, endedAtMs: number, outcome: CallOutcome): Transition {
  return moved({
    phase: 'ended',
    offer: state.offer,
    endedAtMs,
    outcome,
    connectionId: state.phase === 'offered' ? undefined : state.connectionId,
    transfer: 'transfer' in state ? state.transfer : undefined,
  });
}

function moved(state: CallState, ...commands: readonly CallCommand[]): Transition {
  return { kind: 'moved', state, commands };
}

function ignored(state: CallState, event: CallEvent): Transition {
  return { kind: 'ignored', phase: state.phase, event: event.type };
}
