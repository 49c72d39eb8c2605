import { FRAME_MS, HOP_SAMPLES } from '../features.ts';

/** Cuts a stream of 20 ms hops into stretches of speech, by energy. Audio time only: no clock, no timer. */
export type SegmentEvent =
  /** Speech began `leadIn.length` hops ago; `leadIn` are those hops, this one included. */
  | { readonly type: 'speech-started'; readonly leadIn: readonly Int16Array[]; readonly atMs: number }
  /** More of the same speech: this hop and those quiet ones before it that turned out to be a short pause. */
  | { readonly type: 'speech'; readonly hops: readonly Int16Array[] }
  /** The speech ended at `atMs`, some silence ago. */
  | { readonly type: 'speech-ended'; readonly atMs: number }
  | { readonly type: 'quiet'; readonly silentMs: number };

export interface SegmenterOptions {
  /** Silence that ends a stretch of speech. */
  readonly endSilenceMs: number;
  /** A stretch is cut here even if the speech goes on. */
  readonly maxSpeechMs: number;
}

/** Quieter than this is silence on any line. */
const SILENCE_DBFS = -50;
/** Speech stands this far above the line's own noise. */
const ABOVE_NOISE_DB = 10;
const NOISE_START_DBFS = -70;
/** Slow, so that a long vowel is not taken for noise: 2 dB a second upwards. */
const NOISE_RISE_DB_PER_HOP = 0.04;
/** A click is shorter. */
const ONSET_HOPS = 3;
/** The soft beginning of a word comes before the first loud hop. */
const LEAD_IN_HOPS = 3;

export class Segmenter {
  readonly #options: SegmenterOptions;
  readonly #recent: Int16Array[] = [];
  #state: 'silence' | 'speech' = 'silence';
  #hopsHeard = 0;
  #loudHops = 0;
  #pause: Int16Array[] = [];
  #stateHops = 0;
  #noiseDbfs = NOISE_START_DBFS;

  constructor(options: SegmenterOptions) {
    this.#options = options;
  }

  next(hop: Int16Array): SegmentEvent {
    this.#hopsHeard++;
    this.#stateHops++;
    const loud = this.#isLoud(levelDbfs(hop));
    return this.#state === 'silence' ? this.#whileSilent(hop, loud) : this.#whileSpeaking(hop, loud);
  }

  /** The stream ends: what was being said ends with it. */
  finish(): SegmentEvent | undefined {
    return this.#state === 'speech' ? this.#endSpeech() : undefined;
  }

  #whileSilent(hop: Int16Array, loud: boolean): SegmentEvent {
    this.#recent.push(hop);
    if (this.#recent.length > LEAD_IN_HOPS + ONSET_HOPS) this.#recent.shift();
    this.#loudHops = loud ? this.#loudHops + 1 : 0;
    if (this.#loudHops < ONSET_HOPS) return { type: 'quiet', silentMs: this.#stateHops * FRAME_MS };
    const leadIn = this.#recent.splice(0);
    this.#become('speech');
    this.#stateHops = leadIn.length;
    return { type: 'speech-started', leadIn, atMs: (this.#hopsHeard - leadIn.length) * FRAME_MS };
  }

  #whileSpeaking(hop: Int16Array, loud: boolean): SegmentEvent {
    this.#pause.push(hop);
    const spokenMs = this.#stateHops * FRAME_MS;
    if (loud || spokenMs >= this.#options.maxSpeechMs) {
      const hops = this.#pause;
      this.#pause = [];
      return spokenMs >= this.#options.maxSpeechMs ? this.#endSpeech() : { type: 'speech', hops };
    }
    return this.#pause.length * FRAME_MS >= this.#options.endSilenceMs
      ? this.#endSpeech()
      : { type: 'speech', hops: [] };
  }

  #endSpeech(): SegmentEvent {
    const atMs = (this.#hopsHeard - this.#pause.length) * FRAME_MS;
    this.#become('silence');
    return { type: 'speech-ended', atMs };
  }

  #become(state: 'silence' | 'speech'): void {
    this.#state = state;
    this.#stateHops = 0;
    this.#loudHops = 0;
    this.#pause = [];
  }

  #isLoud(levelDb: number): boolean {
    this.#noiseDbfs = Math.min(levelDb, this.#noiseDbfs + NOISE_RISE_DB_PER_HOP);
    return levelDb > Math.max(SILENCE_DBFS, this.#noiseDbfs + ABOVE_NOISE_DB);
  }
}

function levelDbfs(hop: Int16Array): number {
  let sum = 0;
  for (const sample of hop) sum += sample * sample;
  return 10 * Math.log10(sum / HOP_SAMPLES / 32_768 ** 2 + 1e-10);
}
