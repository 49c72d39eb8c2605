import { FRAME_MS } from '../services/marks.ts';

/** How far ahead of the caller's ear the bridge may send, in frames: the bound that its speaker keeps to (`media-bridge/session/speaker.ts`). */
export const LEAD_BOUND_FRAMES = 5;

/** What many calls' outbound audio was like. */
export interface PaceFindings {
  /** Distance of each two frames from 20 ms, in milliseconds; the frames of a reply's lead, which come at once, left out. */
  readonly jitterMs: number[];
  frames: number;
  /** Frames that came later than the caller's telephone could have played on. */
  underruns: number;
  /** Most frames that were ever ahead of what a caller had heard. */
  maxLeadFrames: number;
}

export function newPaceFindings(): PaceFindings {
  return { jitterMs: [], frames: 0, underruns: 0, maxLeadFrames: 0 };
}

/**
 * Follows one call's outbound audio, reply by reply. The caller's telephone plays each frame from when it came, or from when those before it are over:
 * also those of another reply, unless it was told to stop.
 */
export class PaceMeter {
  readonly #findings: PaceFindings;
  #reply: { readonly turn: number; lastMs: number; frames: number } | undefined;
  /** When all that has come will have been played. */
  #playedOutMs = -Infinity;

  constructor(findings: PaceFindings) {
    this.#findings = findings;
  }

  /** `turn`: which reply it belongs to. */
  frame(turn: number, atMs: number): void {
    this.#findings.frames += 1;
    const before = this.#reply;
    if (before?.turn !== turn) this.#reply = { turn, lastMs: atMs, frames: 1 };
    else {
      if (atMs > this.#playedOutMs) this.#findings.underruns += 1;
      if (before.frames >= LEAD_BOUND_FRAMES) this.#findings.jitterMs.push(Math.abs(atMs - before.lastMs - FRAME_MS));
      before.lastMs = atMs;
      before.frames += 1;
    }
    this.#playedOutMs = Math.max(this.#playedOutMs, atMs) + FRAME_MS;
    // The way here takes some milliseconds, more or less: not a frame.
    const lead = Math.round((this.#playedOutMs - atMs) / FRAME_MS);
    this.#findings.maxLeadFrames = Math.max(this.#findings.maxLeadFrames, lead);
  }

  stopped(): void {
    this.#reply = undefined;
    this.#playedOutMs = -Infinity;
  }
}
