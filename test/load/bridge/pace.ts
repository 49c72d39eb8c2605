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

/** Follows one call's outbound audio, reply by reply. */
export class PaceMeter {
  readonly #findings: PaceFindings;
  #reply: { readonly turn: number; startedMs: number; lastMs: number; frames: number } | undefined;

  constructor(findings: PaceFindings) {
    this.#findings = findings;
  }

  /** `turn`: which reply it belongs to. */
  frame(turn: number, atMs: number): void {
    this.#findings.frames += 1;
    const reply = this.#reply;
    if (reply?.turn !== turn) {
      this.#reply = { turn, startedMs: atMs, lastMs: atMs, frames: 1 };
      return;
    }
    const playedMs = atMs - reply.startedMs;
    // Played from the moment the first came: this one is needed when those before it have been heard.
    if (playedMs > reply.frames * FRAME_MS) {
      this.#findings.underruns += 1;
      reply.startedMs = atMs - reply.frames * FRAME_MS;
    }
    if (reply.frames >= LEAD_BOUND_FRAMES) this.#findings.jitterMs.push(Math.abs(atMs - reply.lastMs - FRAME_MS));
    reply.lastMs = atMs;
    reply.frames += 1;
    const lead = reply.frames - (atMs - reply.startedMs) / FRAME_MS;
    this.#findings.maxLeadFrames = Math.max(this.#findings.maxLeadFrames, Math.round(lead));
  }

  stopped(): void {
    this.#reply = undefined;
  }
}
