import { FRAME_MS, SAMPLES_PER_FRAME } from '#core/audio/pcm';

/** A recogniser settles a phrase within this, or has been lost for longer than a caller waits. */
const KEPT_MAX_FRAMES = 15_000 / FRAME_MS;
/** The soft beginning of a word comes before what a voice detector notices. */
const LEAD_IN_FRAMES = 500 / FRAME_MS;
const QUIET_FRAMES = 1_000 / FRAME_MS;

/** What of the caller is not yet settled, so that another recogniser can hear it again. Times are milliseconds since the first frame. */
export class RecentSpeech {
  /** A ring: frame n is at n modulo its length. 480 kB a call; frames that were kept by reference would all grow old before they are freed. */
  readonly #samples = new Int16Array(KEPT_MAX_FRAMES * SAMPLES_PER_FRAME);
  readonly #voice = new Uint8Array(KEPT_MAX_FRAMES);
  #frames = 0;
  #settled = 0;
  #senseless = 0;
  /** First frame of words that were told and may still change. */
  #words: number | undefined;

  /** Milliseconds heard so far. */
  get endMs(): number {
    return this.#frames * FRAME_MS;
  }

  /** Up to where the recogniser has made up its mind: these were words, those were none. */
  get settledMs(): number {
    return Math.max(this.#settled, this.#senseless) * FRAME_MS;
  }

  /** Whether nobody speaks, nor has just spoken. */
  get isQuiet(): boolean {
    return this.#words === undefined && this.#firstVoiceFrom(this.#frames - QUIET_FRAMES) === undefined;
  }

  push(frame: Int16Array): void {
    const place = this.#frames % KEPT_MAX_FRAMES;
    this.#samples.set(
      frame.length > SAMPLES_PER_FRAME ? frame.subarray(0, SAMPLES_PER_FRAME) : frame,
      place * SAMPLES_PER_FRAME,
    );
    this.#voice[place] = 0;
    this.#frames += 1;
  }

  /** The frame pushed last has voice in it. */
  voiceHeard(): void {
    if (this.#frames > 0) this.#voice[(this.#frames - 1) % KEPT_MAX_FRAMES] = 1;
  }

  /** Words that began at `startMs` are being heard. */
  wordsFrom(startMs: number): void {
    this.#words = Math.floor(startMs / FRAME_MS);
  }

  /** Words ended at `untilMs`: nothing before will be needed again. */
  settle(untilMs: number): void {
    this.#words = undefined;
    this.#settled = Math.max(this.#settled, this.#frameAt(untilMs));
  }

  /** What was said until `untilMs` made no sense in the languages listened for. */
  makesNoSense(untilMs: number): void {
    this.#words = undefined;
    this.#senseless = Math.max(this.#senseless, this.#frameAt(untilMs));
  }

  /** Other languages are listened for: what made no sense may make some. */
  otherLanguages(): void {
    this.#senseless = 0;
  }

  /** What another recogniser should hear first: from a moment before the unsettled words or the first voice; silence before is left out. */
  replay(): { readonly startMs: number; readonly frames: readonly Int16Array[] } {
    const begins = Math.min(this.#words ?? this.#frames, this.#firstVoiceFrom(0) ?? this.#frames);
    const from = Math.max(begins - LEAD_IN_FRAMES, this.#oldest);
    const frames = Array.from({ length: this.#frames - from }, (_, index) => {
      const at = ((from + index) % KEPT_MAX_FRAMES) * SAMPLES_PER_FRAME;
      return this.#samples.slice(at, at + SAMPLES_PER_FRAME);
    });
    return { startMs: from * FRAME_MS, frames };
  }

  /** Of those not settled, the oldest that is still here. */
  get #oldest(): number {
    return Math.max(this.#settled, this.#senseless, this.#frames - KEPT_MAX_FRAMES);
  }

  #frameAt(ms: number): number {
    return Math.floor(Math.min(ms, this.endMs) / FRAME_MS);
  }

  #firstVoiceFrom(frame: number): number | undefined {
    for (let n = Math.max(frame, this.#oldest); n < this.#frames; n += 1)
      if (this.#voice[n % KEPT_MAX_FRAMES] === 1) return n;
    return undefined;
  }
}
