import type { CallId } from '../ids.ts';
import type { HandoverPacket } from '../handover/packet.ts';
import type { CallerIdentity } from '../identity/caller-identity.ts';
import type { ReplyFailure } from '../conversation/reply-failure.ts';
import type { TranscriptTurn } from '../conversation/transcript.ts';
import type { Unfinished } from '../conversation/unfinished.ts';

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
  /** What had begun when this was written: the media session that goes on with the call ends it. */
  readonly unfinished: Unfinished;
}

/** Something that failed inside the call. For those who look into it afterwards; what the caller was told instead stands in the turns. */
export interface Incident {
  readonly atMs: number;
  readonly kind: ReplyFailure | 'deaf';
  /** A port and its code, or `unexpected`: never what somebody said. */
  readonly detail: string;
}

/**
 * Each record has one media session that owns it. Whoever claims it owns it from then on, and what its former owner writes later is refused: a
 * session whose socket was replaced may not know it yet.
 */
export interface SessionStore {
  /** For reading only; `undefined` when no media session has claimed this call. */
  load(id: CallId, signal: AbortSignal): Promise<StoredSession | undefined>;
  /** Takes the record over, or makes it. */
  claim(id: CallId, signal: AbortSignal): Promise<SessionLease>;
}

export interface StoredSession {
  /** `undefined` until the first owner has written something. */
  readonly record: SessionRecord | undefined;
  /** `released`: its owner gave it up in order, for another one to go on. Otherwise the owner lives, or died without a word. */
  readonly ownership: 'held' | 'released';
}

export interface SessionLease {
  /** What the owners before knew. */
  readonly earlier: StoredSession | undefined;
  /** Replaces the whole record. */
  save(record: SessionRecord, signal: AbortSignal): Promise<SessionWrite>;
  /** The last write: from now on nobody owns the record. */
  release(record: SessionRecord, signal: AbortSignal): Promise<SessionWrite>;
  /** Undoes the claim, of a media session that did not begin: whoever had the record has it again. Before anything is written. */
  giveBack(signal: AbortSignal): Promise<void>;
}

/** `lost`: another media session has claimed the record. Not an error: whoever is told has nothing left to write. */
export type SessionWrite = 'written' | 'lost';
