import type { CallId } from '../ids.ts';
import type { CallState } from '../call/state.ts';

/** A call row as read, with the version it was read at. */
export interface StoredCall {
  readonly state: CallState;
  /** Opaque (an ETag). */
  readonly version: string;
}

/** Losing a race is an answer, not an exception: the handler reloads and decides again. */
export type WriteResult = { readonly written: true; readonly stored: StoredCall } | { readonly written: false };

/** The call row: written by the control plane only, read by both. */
export interface CallStore {
  load(id: CallId, signal: AbortSignal): Promise<StoredCall | undefined>;
  /** `written: false` when the row exists: somebody else has this call. */
  create(state: CallState, signal: AbortSignal): Promise<WriteResult>;
  replace(previous: StoredCall, next: CallState, signal: AbortSignal): Promise<WriteResult>;
}
