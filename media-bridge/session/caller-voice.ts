import { frameCutter } from '#core/audio/frames';
import { FRAME_MS, SAMPLES_PER_FRAME } from '#core/audio/pcm';
import {
  defaultVoiceSettings,
  nextVoice,
  silentVoice,
  type VoiceEvent,
  type VoiceState,
} from '#core/conversation/voice-activity';
import type { Clock } from '#core/ports/clock';
import type { VoiceDetector } from '../audio/voice-detector.ts';

/** How far back it is known when the caller's voice was there: longer than an utterance and the recogniser's delay. */
const REMEMBERED_FRAMES = 1_500;

const SILENT_FRAME = new Int16Array(SAMPLES_PER_FRAME);
/** A pause within speech is shorter. */
const PAUSE_MS = 400;

export interface CallerVoiceOptions {
  readonly detector: VoiceDetector;
  readonly clock: Clock;
  /** So much voice interrupts the agent that speaks now. */
  readonly interruptAfterMs: () => number;
  /** Every inbound frame of 20 ms, silent where it is only our own voice come back, and whether the caller's voice is in it. */
  readonly onFrame: (frame: Int16Array, isVoice: boolean) => void;
  readonly onVoice: (event: VoiceEvent) => void;
}

/** The caller's side of the line: cuts what comes in into frames and tells when somebody speaks. */
export class CallerVoice {
  readonly #options: CallerVoiceOptions;
  readonly #cutter = frameCutter((frame) => this.#hear(frame));
  readonly #voiced = new Uint8Array(REMEMBERED_FRAMES);
  readonly #settings = { ...defaultVoiceSettings };
  #frames = 0;
  /** Since the last one with voice in it. */
  #quietFrames = 0;
  #voice: VoiceState = silentVoice;
  #lastVoiceMs: number | undefined;
  #beganMs: number | undefined;
  #lastPlayedMs: number | undefined;

  constructor(options: CallerVoiceOptions) {
    this.#options = options;
  }

  /** So much of the call has come in: the caller's side of its time, in which words are told. */
  get heardMs(): number {
    return this.#frames * FRAME_MS;
  }

  /** Monotonic milliseconds. */
  get lastVoiceMs(): number | undefined {
    return this.#lastVoiceMs;
  }

  /**
   * Since the caller's voice was last there; for ever, when nobody speaks: a click is nobody. Frames that came late and all at once are quiet for as long
   * as they are, not for as long as it took to read them: a caller who is taken to speak on waits a pause longer.
   */
  get quietForMs(): number {
    if (this.#voice.kind === 'silent' || this.#lastVoiceMs === undefined) return Infinity;
    return Math.max(this.#options.clock.monotonicMs() - this.#lastVoiceMs, this.#quietFrames * FRAME_MS);
  }

  /** When the stretch of voice began that goes on, or was the last. Monotonic milliseconds. */
  get beganMs(): number | undefined {
    return this.#beganMs;
  }

  push(pcm: Int16Array): void {
    this.#cutter.push(pcm);
  }

  /** What the caller hears of us in this beat: it may come back as an echo. */
  played(frame: Int16Array | undefined): void {
    if (frame !== undefined) this.#lastPlayedMs = this.#options.clock.monotonicMs();
    this.#options.detector.played(frame);
  }

  /** Whether the caller has heard anything of us in the last `ms`. */
  playedWithin(ms: number): boolean {
    return this.#lastPlayedMs !== undefined && this.#options.clock.monotonicMs() - this.#lastPlayedMs <= ms;
  }

  /** How much voice there was within the last `ms`. */
  voicedMsOfLast(ms: number): number {
    const frames = Math.min(this.#frames, REMEMBERED_FRAMES, Math.ceil(ms / FRAME_MS));
    let voiced = 0;
    for (let back = 1; back <= frames; back += 1)
      voiced += this.#voiced[(this.#frames - back) % REMEMBERED_FRAMES] ?? 0;
    return voiced * FRAME_MS;
  }

  close(): void {
    this.#options.detector.close();
  }

  #hear(frame: Int16Array): void {
    const { detector, clock, interruptAfterMs, onFrame, onVoice } = this.#options;
    const kind = detector.judge(frame);
    const isVoice = kind === 'voice';
    // The recogniser must not write down the agent's own words as the caller's.
    onFrame(kind === 'echo' ? SILENT_FRAME : frame, isVoice);
    this.#voiced[this.#frames % REMEMBERED_FRAMES] = isVoice ? 1 : 0;
    this.#frames += 1;
    this.#quietFrames = isVoice ? 0 : this.#quietFrames + 1;
    if (isVoice) this.#noteVoice(clock.monotonicMs());
    const settings = this.#settings;
    settings.interruptAfterMs = interruptAfterMs();
    const [voice, event] = nextVoice(this.#voice, isVoice, settings);
    this.#voice = voice;
    if (event !== undefined) onVoice(event);
  }

  #noteVoice(nowMs: number): void {
    if (this.#lastVoiceMs === undefined || nowMs - this.#lastVoiceMs > PAUSE_MS) this.#beganMs = nowMs;
    this.#lastVoiceMs = nowMs;
  }
}
