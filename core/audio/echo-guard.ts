import { echoFilter, type EchoFilter } from './echo-filter.ts';
import { ECHO_MAX_MS, LONG_HISTORY, SHORT_HISTORY, soundHistory } from './echo-reference.ts';
import { echoSearch, type EchoMatch } from './echo-search.ts';
import { HALF_RATE_FRAME } from './half-rate.ts';
import { meanSquare } from './level.ts';
import { FRAME_MS } from './pcm.ts';

export interface EchoGuard {
  /** 20 ms at 8 kHz of what the caller hears of us; undefined for silence. */
  played(frame: Float64Array | undefined): void;
  /**
   * What is left of 20 ms of what is heard when the echo to be expected is taken away; undefined for silence, in and out. Once a frame, first.
   * `heard` must stay as it is until the next call, which overwrites what this one gave.
   */
  subtract(heard: Float64Array | undefined): Float64Array | undefined;
  /** Mean square of the echo that was taken away last; 0 when none was expected. */
  readonly echoPower: number;
  /** Whether what is left is an echo all the same: of a way not known yet, or that has changed. For frames that sound like a voice. */
  explains(): boolean;
  /** The frame held nothing but what was expected: how the echo sounds can be learned from it. */
  learn(): void;
}

/** Frames louder than this (mean square of 16 bit samples) can come back as an echo that is heard. */
const AUDIBLE_POWER = 2_500;
const AUDIBLE_FRAMES = ECHO_MAX_MS / FRAME_MS;
/** So alike is what is heard to what was played that it is suspected to be it, while nothing is known about echo on this line. */
const ALIKE = 0.72;
/** The same once the line is known to have an echo, but elsewhere; and once it is known to have none. */
const ALIKE_ELSEWHERE = 0.85;
const ALIKE_AFTER_NONE = 0.93;
/** Two searches find the same way when they differ by no more than this many samples. */
const SAME_WAY_SAMPLES = 10;
/** The same way as often as this in a row is the way. */
const SURE_AFTER = 2;
/** What is no echo for so many frames in a row is looked at in every fourth frame only: searching is the dearest thing done here. */
const LOOKED_AT_FRAMES = 4;
/**
 * A telephone that has run out of audio plays all that follows later, and the next reply at once again: the way becomes longer and shorter by whole
 * frames, in mid-word, and sounds the same. So many are tried at once, more only where a search finds them.
 */
const MOVED_FRAMES_MAX = 10;
/** The share of a frame's power that is left at most when the way has moved so: no other voice is like that by chance. */
const MOVED_LEFT = 0.2;
/** And of what the way leaves as it was: in a vowel each way is like another that is longer by some waves. */
const MOVED_BETTER = 0.4;
/** A frame of which more is left says nothing about the way: it holds more than the echo, or less. */
const EXPLAINED_LEFT = 0.5;
/** A way that was learned from so many frames leaves so little of the echo that the rest is somebody else, however alike the whole is. */
const WELL_KNOWN_FRAMES = 50;
/** The agent has been heard for so long: an echo would have been. */
const EXPERIENCE_FRAMES = 75;

const silence = new Float64Array(HALF_RATE_FRAME);

/** Tells the agent's own voice, coming back some 50 to 400 ms late, from a caller. */
export function echoGuard(): EchoGuard {
  const played = soundHistory(LONG_HISTORY);
  const heard = soundHistory(SHORT_HISTORY);
  const search = echoSearch(played, heard);
  const remainder = new Float64Array(HALF_RATE_FRAME);
  let now: Float64Array = silence;
  /** In arrays: a number that a closure keeps is allocated anew with every frame of every call. */
  const echoPower = new Float64Array(1);
  /** The share of the frame's power that the known way does not explain. */
  const leftShare = new Float64Array(1);
  let filter: EchoFilter | undefined;
  let suspected: { readonly match: EchoMatch; readonly times: number } | undefined;
  let unexplained = 0;
  let askedAt = 0;
  let audibleFrames = 0;
  let audibleSince = AUDIBLE_FRAMES;

  function adopt(offset: number): void {
    const next = echoFilter(played, offset);
    const frame = new Float64Array(HALF_RATE_FRAME);
    for (let back = 4; back >= 1; back -= 1) {
      const at = heard.written - back * HALF_RATE_FRAME;
      heard.copy(at, frame);
      next.expected(at);
      next.learn(frame);
    }
    filter = next;
    suspected = undefined;
  }

  function leftIfMoved(way: EchoFilter, frames: number): number {
    return way.leftIfMoved(heard.written - HALF_RATE_FRAME, frames * HALF_RATE_FRAME, now);
  }

  /** Whether this frame came the known way, so many frames longer or shorter; that is the way from then on. */
  function hasMoved(way: EchoFilter, frames: number): boolean {
    if (leftIfMoved(way, frames) > Math.min(MOVED_LEFT, MOVED_BETTER * (leftShare[0] ?? 1))) return false;
    way.offset += frames * HALF_RATE_FRAME;
    way.expected(heard.written - HALF_RATE_FRAME);
    way.learn(now);
    unexplained = 0;
    suspected = undefined;
    return true;
  }

  function hasMovedALittle(way: EchoFilter): boolean {
    let least = 1;
    let frames = 0;
    for (let by = -MOVED_FRAMES_MAX; by <= MOVED_FRAMES_MAX; by += 1) {
      const left = by === 0 ? 1 : leftIfMoved(way, by);
      if (left >= least) continue;
      least = left;
      frames = by;
    }
    return frames !== 0 && hasMoved(way, frames);
  }

  function isExplained(): boolean {
    return (leftShare[0] ?? 1) < EXPLAINED_LEFT;
  }

  /** Whether what is found there is an echo of a way that is not known. */
  function isAnotherWay({ offset, likeness }: EchoMatch): boolean {
    if (likeness < leastAlike()) return false;
    return filter === undefined || filter.learned <= WELL_KNOWN_FRAMES || framesBetween(offset, filter.offset) !== 0;
  }

  function leastAlike(): number {
    if (filter !== undefined) return ALIKE_ELSEWHERE;
    return audibleFrames > EXPERIENCE_FRAMES ? ALIKE_AFTER_NONE : ALIKE;
  }

  /** In `remainder`. The mean square of what was taken away; 0 for a filter that adds more than it takes, which is wrong about this frame. */
  function takeAway(echo: Float64Array, frame: Float64Array): number {
    let before = 0;
    let after = 0;
    for (let at = 0; at < HALF_RATE_FRAME; at += 1) {
      const sample = frame[at] ?? 0;
      const rest = sample - (echo[at] ?? 0);
      before += sample * sample;
      after += rest * rest;
      remainder[at] = rest;
    }
    return after < before ? meanSquare(echo) : 0;
  }

  return {
    played(frame) {
      const audible = frame !== undefined && meanSquare(frame) > AUDIBLE_POWER;
      audibleSince = audible ? 0 : audibleSince + 1;
      if (audible) audibleFrames += 1;
      played.push(frame);
    },
    subtract(frame) {
      now = frame ?? silence;
      const echo = filter !== undefined && audibleSince < AUDIBLE_FRAMES ? filter.expected(heard.written) : undefined;
      const taken = echo === undefined || frame === undefined ? 0 : takeAway(echo, frame);
      const rest = taken === 0 ? frame : remainder;
      echoPower[0] = taken;
      leftShare[0] = taken === 0 || frame === undefined ? 1 : meanSquare(remainder) / meanSquare(frame);
      heard.push(frame);
      return rest;
    },
    get echoPower() {
      return echoPower[0] ?? 0;
    },
    explains() {
      if (audibleSince >= AUDIBLE_FRAMES) return false;
      unexplained = heard.written - askedAt > HALF_RATE_FRAME ? 1 : unexplained + 1;
      askedAt = heard.written;
      if (unexplained > LOOKED_AT_FRAMES && unexplained % LOOKED_AT_FRAMES !== 0) return false;
      if (filter !== undefined && hasMovedALittle(filter)) return true;
      if (isExplained() && filter !== undefined && filter.learned > WELL_KNOWN_FRAMES) return false;
      const match = search();
      if (filter !== undefined && match !== undefined) {
        const frames = framesBetween(match.offset, filter.offset);
        if (frames !== 0 && hasMoved(filter, frames)) return true;
      }
      if (match === undefined || !isAnotherWay(match)) {
        suspected = undefined;
        return false;
      }
      const again = suspected !== undefined && Math.abs(suspected.match.offset - match.offset) <= SAME_WAY_SAMPLES;
      unexplained = 0;
      suspected = { match, times: again && suspected !== undefined ? suspected.times + 1 : 1 };
      if (suspected.times >= SURE_AFTER) adopt(match.offset);
      return true;
    },
    learn() {
      if (isExplained() && audibleSince < AUDIBLE_FRAMES) filter?.learn(now);
    },
  };
}

/** Whole ones: what was found is the strongest tap, or one beside it. */
function framesBetween(one: number, other: number): number {
  return Math.round((one - other) / HALF_RATE_FRAME);
}
