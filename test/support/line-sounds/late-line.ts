import { FRAME_MS, SAMPLES_PER_FRAME } from '#core/audio/pcm';
import { nextVoice, silentVoice, type VoiceState } from '#core/conversation/voice-activity';
import type { VoiceDetector } from '../../../media-bridge/audio/voice-detector.ts';
import { seededRandom } from './seeded-random.ts';

/** As `media-bridge/session/speaker.ts` does it. */
const LEAD_FRAMES = 5;
/** A reply that was held goes on after so much quiet, some way before where it was stopped. */
const RESUMED_AFTER_FRAMES = 35;
const REPEATED_FRAMES = 8;
const PAUSE_FRAMES = 10;
/** Beats are made up for after a stall of this length, and nothing is lost. */
const BRIDGE_STALL_MAX_MS = 100;
/** Longer than the lead: the caller's telephone runs out. */
const SENDING_STALL_MAX_MS = 200;

export interface LateLine {
  readonly seconds: number;
  readonly seed: number;
  /** What the agent says, again and again. */
  readonly agent: Int16Array;
  /** What comes back of it, as long as it is, so many frames after the caller's telephone has played it. */
  readonly echo: Int16Array;
  readonly delayFrames: number;
  /** So often the bridge does nothing for a while, and so often what it sends is held up. */
  readonly stallsPerSecond: number;
  /** What the caller says over it, and from when on. */
  readonly caller?: { readonly pcm: Int16Array; readonly atMs: number };
}

/**
 * A call on a busy bridge, in made-up time: its beats and what it reads come late and in bursts. A caller's telephone that has played all that has come
 * plays silence, and what comes then later by as much, until the reply is over. When the agent was held, in milliseconds.
 */
export function heldOnLateLine(detector: VoiceDetector, line: LateLine): number[] {
  const { agent, echo, delayFrames, caller } = line;
  const random = seededRandom(line.seed);
  const frames = Math.floor(agent.length / SAMPLES_PER_FRAME);
  const frameOf = (pcm: Int16Array, at: number): Int16Array =>
    pcm.subarray(at * SAMPLES_PER_FRAME, (at + 1) * SAMPLES_PER_FRAME);
  const silence = new Int16Array(SAMPLES_PER_FRAME);
  const unsent: number[] = [];
  const ear: number[] = [];
  const way: (number | undefined)[] = Array.from({ length: delayFrames }, () => undefined);
  const unread: Int16Array[] = [];
  const heldMs: number[] = [];
  const phase = Math.floor(random.between(0, FRAME_MS));
  let inFlight: number[] = [];
  let next = 0;
  let quietFrames = 0;
  let isHeld = false;
  let voice: VoiceState = silentVoice;
  let freeAtMs = 0;
  let sentAtMs = 0;
  let dueMs = 0;
  let nowMs = 0;

  function beat(): void {
    const heard = inFlight.shift();
    detector.played(heard === undefined ? undefined : frameOf(agent, heard));
    if (next === frames && inFlight.length === 0) next = -PAUSE_FRAMES;
    if (next < 0) next += 1;
    while (!isHeld && next >= 0 && next < frames && inFlight.length < LEAD_FRAMES) {
      inFlight.push(next);
      unsent.push(next);
      next += 1;
    }
  }

  function read(frame: Int16Array): void {
    const isVoice = detector.judge(frame) === 'voice';
    const [state, event] = nextVoice(voice, isVoice);
    voice = state;
    quietFrames = isVoice ? 0 : quietFrames + 1;
    if (event === 'speech-sustained' && !isHeld) {
      heldMs.push(nowMs);
      isHeld = true;
      next = Math.max(0, (inFlight[0] ?? next) - REPEATED_FRAMES);
      inFlight = [];
      unsent.length = 0;
      ear.length = 0;
    }
    if (isHeld && quietFrames >= RESUMED_AFTER_FRAMES) isHeld = false;
  }

  function telephone(): void {
    way.push(ear.shift());
    const back = way.shift();
    const frame = back === undefined ? silence : frameOf(echo, back);
    const spokenAt = caller === undefined ? -1 : Math.floor((nowMs - caller.atMs) / FRAME_MS);
    const spoken = spokenAt < 0 || caller === undefined ? undefined : frameOf(caller.pcm, spokenAt);
    unread.push(spoken?.length === SAMPLES_PER_FRAME ? frame.map((sample, at) => sample + (spoken[at] ?? 0)) : frame);
  }

  for (; nowMs < line.seconds * 1_000; nowMs += 1) {
    if (nowMs % FRAME_MS === phase) telephone();
    if (nowMs >= sentAtMs) {
      ear.push(...unsent.splice(0));
      if (random.next() < line.stallsPerSecond / 1_000) sentAtMs = nowMs + random.between(0, SENDING_STALL_MAX_MS);
    }
    if (nowMs < freeAtMs) continue;
    for (; dueMs <= nowMs; dueMs += FRAME_MS) beat();
    for (const frame of unread.splice(0)) read(frame);
    if (random.next() < line.stallsPerSecond / 1_000) freeAtMs = nowMs + random.between(0, BRIDGE_STALL_MAX_MS);
  }
  return heldMs;
}
