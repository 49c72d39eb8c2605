import type { CallState, TransferAttempt } from './state.ts';

/**
 * The operation contexts of the control plane's own attempts to bring a caller to a person. There is a second one only behind a transfer of the
 * bridge's that was in the way of the first.
 */
export const FAILURE_TRANSFER_ID = 'control-plane-failure';
export const SECOND_FAILURE_TRANSFER_ID = 'control-plane-failure-2';

/** ACS gives a transfer up after 60 s (acs-facts 5.2); its report may take a little longer. */
export const LAST_RESORT_TIMEOUT_MS = 70_000;

/** A failure message is 150 characters at most: ten seconds, and some for the voice to begin. */
export const APOLOGY_TIMEOUT_MS = 30_000;

/** A front that was asked to end a call takes a second (acs-facts 3.4). */
export const HANG_UP_AGAIN_MS = 10_000;

/** The last words were said, or are being said, and the end follows: a stream that comes or goes now changes nothing. */
export function isGivenUp(state: CallState): boolean {
  return state.phase === 'connected' && (lastResort(state) === 'failed' || state.hungUpAtMs !== undefined);
}

export function isOurTransfer(id: string | undefined): boolean {
  return id === FAILURE_TRANSFER_ID || id === SECOND_FAILURE_TRANSFER_ID;
}

/** What has become of the control plane's own attempt to bring the caller to a person. */
export function lastResort({
  transfer,
}: {
  readonly transfer: TransferAttempt | undefined;
}): 'untried' | 'under-way' | 'failed' {
  if (!isOurTransfer(transfer?.id)) return 'untried';
  return transfer?.result.kind === 'failed' ? 'failed' : 'under-way';
}
