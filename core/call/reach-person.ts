import type { PhoneNumber } from '../ids.ts';
import {
  APOLOGY_TIMEOUT_MS,
  ASK_TIMEOUT_MS,
  FAILURE_TRANSFER_ID,
  HANG_UP_AGAIN_MS,
  isBeingEnded,
  isOurTransfer,
  LAST_RESORT_TIMEOUT_MS,
  mayBeUnasked,
  SECOND_FAILURE_TRANSFER_ID,
} from './last-resort.ts';
import { ignored, moved, type EstablishedState, type Event, type Transition } from './moves.ts';
import type { TransferAttempt } from './state.ts';

/** "Transfer operation conflict": another one is under way (acs-facts 5.2). */
const TRANSFER_CONFLICT = 8607;

/** Begins the control plane's own attempt. */
export function toPerson(state: EstablishedState, atMs: number, transferId = FAILURE_TRANSFER_ID): Transition {
  return moved(
    {
      ...state,
      transfer: { id: transferId, target: undefined, result: { kind: 'under-way', atMs, asked: 'unknown' } },
    },
    { type: 'transfer-to-person', connectionId: state.connectionId, transferId },
  );
}

/** Once more, since nobody knows whether the front ever heard of it. When it did, it says that a transfer is in the way, and that one is waited for. */
function toPersonAgain(state: EstablishedState, atMs: number): Transition {
  const transferId = FAILURE_TRANSFER_ID;
  return moved(
    { ...state, transfer: { id: transferId, target: undefined, result: { kind: 'under-way', atMs, asked: 'again' } } },
    { type: 'transfer-to-person', connectionId: state.connectionId, transferId },
  );
}

/** The request went out: from now on it is for the front to tell what comes of it. */
export function transferAsked(state: EstablishedState, event: Event<'transfer-asked'>): Transition {
  const { transfer } = state;
  const result = transfer?.id === event.transferId ? transfer.result : undefined;
  if (transfer === undefined || result?.kind !== 'under-way' || result.asked !== 'unknown')
    return ignored(state, event);
  return moved({ ...state, transfer: { ...transfer, result: { ...result, asked: 'yes' } } });
}

/** Nobody can be reached. */
export function giveUp(state: EstablishedState): Transition {
  return moved(state, { type: 'apologise-and-hang-up', connectionId: state.connectionId });
}

export function transferAccepted(state: EstablishedState, event: Event<'transfer-accepted'>): Transition {
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

export function transferFailed(state: EstablishedState, event: Event<'transfer-failed'>): Transition {
  const { transfer } = state;
  // A failure that is told again would hide the later one of the next queue.
  const isKnown =
    transfer?.result.kind === 'failed' && (transfer.id === event.transferId || event.atMs < transfer.result.atMs);
  if (state.phase === 'handed-over' || isKnown) return ignored(state, event);
  const isOurs = isOurTransfer(event.transferId);
  const isWaiting = transfer?.result.kind === 'waiting';
  // Asked for twice, the first one was in the way of the second: this is what became of the first.
  const isOfTheFirst = event.transferId === FAILURE_TRANSFER_ID && event.subCode !== TRANSFER_CONFLICT;
  if (isWaiting && isOurs && !isOfTheFirst) return ignored(state, event);
  if (isWaiting && state.phase === 'connected') return afterTheWait(state, event.atMs);
  // Our own attempt replaced the bridge's: what becomes of the bridge's older one matters to nobody any more.
  const isOfAnother = isOurs ? transfer?.id !== event.transferId : isOurTransfer(transfer?.id) && !isWaiting;
  if (isOfAnother) return ignored(state, event);
  // Once: a front that goes on saying so must not keep the caller waiting for ever.
  if (event.transferId === FAILURE_TRANSFER_ID && event.subCode === TRANSFER_CONFLICT) {
    const waiting: TransferAttempt = {
      id: FAILURE_TRANSFER_ID,
      target: undefined,
      result: { kind: 'waiting', atMs: event.atMs },
    };
    return moved({ ...state, transfer: waiting });
  }
  const failed: TransferAttempt = {
    id: event.transferId,
    target: targetOf(transfer, event.transferId),
    result: { kind: 'failed', atMs: event.atMs, code: event.code, subCode: event.subCode },
  };
  // The bridge reads the row and decides about its own attempts. Ours was the last resort, unless the stream came up meanwhile: then the
  // caller is being talked to, and stays with the agent.
  return isOurs && state.phase === 'connected'
    ? giveUp({ ...state, transfer: failed })
    : moved({ ...state, transfer: failed });
}

/** The transfer that was in the way has come to nothing, and still nobody talks to the caller. */
function afterTheWait(state: EstablishedState, atMs: number): Transition {
  return toPerson(state, atMs, SECOND_FAILURE_TRANSFER_ID);
}

/** Nobody talks to the caller. */
export function nobodyTalks(state: EstablishedState, event: Event<'watchdog-fired'>): Transition {
  const { transfer, hungUpAtMs } = state;
  if (state.phase !== 'connected') return ignored(state, event);
  if (hungUpAtMs !== undefined) {
    // The front did not end the call when it was asked to, or nobody got as far as asking.
    return event.atMs < hungUpAtMs + HANG_UP_AGAIN_MS ? ignored(state, event) : hangUp(state, event.atMs);
  }
  if (transfer === undefined || !isOurTransfer(transfer.id)) return toPerson(state, event.atMs);
  const { result } = transfer;
  switch (result.kind) {
    case 'failed':
      // The apology was asked for, and its end was not reported.
      return event.atMs < result.atMs + APOLOGY_TIMEOUT_MS ? ignored(state, event) : hangUp(state, event.atMs);
    case 'under-way':
      if (mayBeUnasked(state)) {
        return event.atMs - result.atMs < ASK_TIMEOUT_MS ? ignored(state, event) : toPersonAgain(state, event.atMs);
      }
      // The report of its failure was lost on the way: the front has given it up by now.
      return event.atMs - result.atMs < LAST_RESORT_TIMEOUT_MS
        ? ignored(state, event)
        : giveUp({
            ...state,
            transfer: { ...transfer, result: { kind: 'failed', atMs: event.atMs, code: 408, subCode: 0 } },
          });
    case 'waiting':
      return event.atMs - result.atMs < LAST_RESORT_TIMEOUT_MS
        ? ignored(state, event)
        : afterTheWait(state, event.atMs);
    case 'accepted':
      return ignored(state, event);
  }
}

export function failureMessageOver(state: EstablishedState, event: Event<'failure-message-over'>): Transition {
  return isBeingEnded(state) && state.hungUpAtMs === undefined ? hangUp(state, event.atMs) : ignored(state, event);
}

/** Noted, so that the same event does it once, and so that it is done again when the call goes on. */
export function hangUp(state: EstablishedState, hungUpAtMs: number): Transition {
  return moved({ ...state, phase: 'connected', hungUpAtMs }, { type: 'hang-up', connectionId: state.connectionId });
}

function targetOf(transfer: TransferAttempt | undefined, id: string): PhoneNumber | undefined {
  return transfer?.id === id ? transfer.target : undefined;
}
