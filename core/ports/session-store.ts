import type { CallId } from '../ids.ts';
import type { HandoverPacket } from '../handover/packet.ts';
import type { CallerIdentity } from '../identity/caller-identity.ts';
import type { ReplyFailure } from '../conversation/reply-failure.ts';
import type { TranscriptTurn } from '../conversation/transcript.ts';

/** What the media bridge knows of a call: written by the bridge only, read by both. */
export interface SessionRecord {
  readonly callId: CallId;
  readonly agent: string;
  /** Spoken last; BCP 47. */
  readonly language: string;
  readonly turns: readonly TranscriptTurn[];
  /** What went wrong on the way, in order. */
  readonly incidents: readonly Incident[];
  readonly identity: CallerIdentity;
  readonly packet: HandoverPacket | undefined;
}

/** Something that failed inside the call. For those who look into it afterwards; what the caller was told instead stands in the turns. */
export interface Incident {
  readonly atMs: number;
  readonly kind: ReplyFailure | 'deaf';
  /** A port and its code, or `unexpected`: never what somebody said. */
  readonly detail: string;
}

export interface SessionStore {
  load(id: CallId, signal: AbortSignal): Promise<SessionRecord | undefined>;
  /** Replaces the whole record: one bridge owns a session at a time. */
  save(record: SessionRecord, signal: AbortSignal): Promise<void>;
}
