import type { CallConnectionId, PhoneNumber } from '../ids.ts';
import type { CallOffer } from './offer.ts';
import type { CallOutcome } from './outcome.ts';

/**
 * The life of one inbound call as the control plane knows it. What the audio is doing is not here: the media bridge owns that.
 *
 * Each phase carries the facts that are true in it. `transfer` is the last attempt to hand the caller over, whoever asked for it.
 */
export type CallState =
  /** The row exists; the answer has been, or is about to be, requested. */
  | { readonly phase: 'offered'; readonly offer: CallOffer }
  /** ACS took the answer; CallConnected has not come yet. */
  | { readonly phase: 'answered'; readonly offer: CallOffer; readonly connectionId: CallConnectionId }
  /** Established, no audio stream yet. */
  | ({ readonly phase: 'connected' } & Established)
  /** The media stream is up: the bridge has the caller. */
  | ({ readonly phase: 'talking' } & Established)
  /** A transfer was accepted: our leg is about to go. */
  | ({ readonly phase: 'handed-over' } & Established)
  | {
      readonly phase: 'ended';
      readonly offer: CallOffer;
      readonly endedAtMs: number;
      readonly outcome: CallOutcome;
      readonly connectionId: CallConnectionId | undefined;
      readonly transfer: TransferAttempt | undefined;
      /** Told by the front, or inferred by us from its silence or its refusal. What is inferred may be wrong: such a call can come back. */
      readonly source: 'front' | 'inference';
    };

interface Established {
  readonly offer: CallOffer;
  readonly connectionId: CallConnectionId;
  readonly connectedAtMs: number;
  /** When the media stream came up last, by the event's own time. */
  readonly mediaStartedAtMs: number | undefined;
  /** When it was lost, by the events' own times: a callback that comes twice has the same time twice. */
  readonly mediaLostAtMs: readonly number[];
  /** When a bridge gave it up last for another to take, in the same time. */
  readonly mediaMovedAtMs?: number;
  readonly transfer: TransferAttempt | undefined;
  /** When the front was last asked to end the call, after everything that could be said was said; asked again while it does not. */
  readonly hungUpAtMs?: number;
  /** The last keys that were reported, by `sequenceId`. The bridge reads them here. */
  readonly keys: readonly ReportedKey[];
}

/** `sequenceId` numbers the keys of one call without gaps: "to determine if the same tone was played multiple times or if any tones were missed" (the published description of ContinuousDtmfRecognitionToneReceived). */
export interface ReportedKey {
  readonly sequenceId: number;
  /** `0` to `9`, `*`, `#`, `A` to `D`. */
  readonly key: string;
  /** When the front says that it was pressed. */
  readonly atMs: number;
}

export type CallPhase = CallState['phase'];
export type CallIn<P extends CallPhase> = Extract<CallState, { phase: P }>;

/** `id` is the operation context the transfer was asked with: outcomes are matched to attempts by it. */
export interface TransferAttempt {
  readonly id: string;
  readonly target: PhoneNumber | undefined;
  readonly result:
    | { readonly kind: 'accepted'; readonly atMs: number }
    /** `code` is the SIP status, `subCode` ACS's (acs-facts 9.3). */
    | {
        readonly kind: 'failed';
        readonly atMs: number;
        readonly code: number;
        readonly subCode: number;
      }
    /** Only the control plane's own attempts (the failure path) are known before their outcome. */
    | {
        readonly kind: 'under-way';
        readonly atMs: number;
        /** `unknown`: the row was written, and whether the request followed nobody knows; `again`: so it was asked for once more. */
        readonly asked: 'unknown' | 'yes' | 'again';
      }
    /** The front is busy with a transfer that the bridge asked for (8607, acs-facts 5.2): its outcome comes first. */
    | { readonly kind: 'waiting'; readonly atMs: number };
}
