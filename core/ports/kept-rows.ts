import type { KeptKind, Owner } from '../retention/retention.ts';

/** Something that is kept, without what stands in it. */
export interface KeptRow {
  readonly kind: KeptKind;
  /** Opaque: the partition of a row, or the name of a blob. */
  readonly place: string;
  /** When it was last written, milliseconds since the epoch: the storage's word, or what the row itself says if that is later. */
  readonly writtenAtMs: number;
  /** Opaque (an ETag). */
  readonly version: string;
  /** Of a call's own row: itself. */
  readonly owner: Owner | undefined;
}

/** All that is kept of callers, for whoever deletes it in time. Throws `PortError`. */
export interface KeptRows {
  /**
   * What was last written before a time, in pages of a thousand at most, some of them empty. Begins at a fraction of the whole, 0 up to 1, and ends before it:
   * a reader that never gets through all of it, and begins elsewhere each time, has seen everything after some times.
   */
  writtenBefore(kind: KeptKind, beforeMs: number, from: number, signal: AbortSignal): AsyncIterable<readonly KeptRow[]>;
  ownerOf(row: KeptRow, signal: AbortSignal): Promise<Owner>;
  /** `changed`: it is not as it was read. Somebody has written it since, and it stays; or it is gone already. */
  remove(row: KeptRow, signal: AbortSignal): Promise<'removed' | 'changed'>;
}
