import type { CallState, TransferAttempt } from './state.ts';

/**
 * The operation contexts of the control plane's own attempts to bring a caller to a person. There is a second one only behind a transfer of the
 * bridge's that was in the way of the first.
 */
export const FAILURE_TRANSFER_ID = 'control-plane-failure';
export const SECOND_FAILURE_TRANSFER_ID = 'control-plane-failure-2';

/** ACS gives a transfer up after 60 s (acs-facts 5.2); its report may take a little longer. */
export const LAST_RESORT_TIMEOUT_MS = 70_000;

/** A request for a person is taken or refused sooner, with all its tries (functions/app/run-command.ts): who has said nothing by then has died over it. */
export const ASK_TIMEOUT_MS = 15_000;

/** A failure message is 150 characters at most: ten seconds, and some for the voice to begin. */
export const APOLOGY_TIMEOUT_MS = 30_000;

/** A front that was asked to end a call takes a second (acs-facts 3.4). */
export const HANG_UP_AGAIN_MS = 10_000;

/** The last words were said, or are being said, and the end follows: a stream that comes or goes now changes nothing. */
export function isBeingEnded(state: CallState): boolean {
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

/**
 * Whether nobody knows that the control plane's attempt was asked for: the process that wrote it into the row may have died before it asked. Only of the first
 * one: the second is behind a transfer that may still ring.
 */
export function mayBeUnasked({ transfer }: { readonly transfer: TransferAttempt | undefined }): boolean {
  return (
    transfer?.id === FAILURE_TRANSFER_ID && transfer.result.kind === 'under-way' && transfer.result.asked === 'unknown'
  );
}
