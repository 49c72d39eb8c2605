import type { CallId } from '../ids.ts';
import type { HandoverPacket } from '../handover/packet.ts';
import type { Customer } from './customer-directory.ts';
import type { TranscriptTurn } from '../conversation/transcript.ts';

/** What the media bridge knows of a call: written by the bridge only, read by both. */
export interface SessionRecord {
  readonly callId: CallId;
  readonly agent: string;
  readonly turns: readonly TranscriptTurn[];
  readonly customer: Customer | undefined;
  readonly packet: HandoverPacket | undefined;
}

export interface SessionStore {
  load(id: CallId, signal: AbortSignal): Promise<SessionRecord | undefined>;
  /** Replaces the whole record: one bridge owns a session at a time. */
  save(record: SessionRecord, signal: AbortSignal): Promise<void>;
}
