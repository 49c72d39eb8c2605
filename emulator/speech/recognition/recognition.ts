import { FeatureExtractor, FRAME_MS, HOP_SAMPLES } from '../features.ts';
import { PhraseMatcher, RECOGNISED_FROM, type Match, type Reference } from './matcher.ts';
import { Segmenter, type SegmentEvent } from './segmenter.ts';

/** What is heard in one turn's audio. Times are milliseconds of audio since the turn began. */
export type Heard =
  | { readonly type: 'speech-started'; readonly atMs: number }
  | {
      readonly type: 'hypothesis';
      readonly text: string;
      readonly language: string | undefined;
      readonly startMs: number;
      readonly endMs: number;
    }
  | { readonly type: 'recognised'; readonly match: Match; readonly startMs: number; readonly endMs: number }
  | { readonly type: 'no-match'; readonly nearest: Match | undefined; readonly startMs: number; readonly endMs: number }
  | { readonly type: 'initial-silence'; readonly endMs: number };

export interface RecognitionOptions {
  readonly endSilenceMs: number;
  readonly maxSpeechMs: number;
  readonly initialSilenceMs: number;
  /** Read when somebody begins to speak, so that phrases registered during the call count. */
  readonly references: () => readonly Reference[];
}

/** The service sends partial results a few times a second. */
const HYPOTHESIS_EVERY_FRAMES = 10;

/** Words being spoken now. */
interface Speech {
  readonly startMs: number;
  readonly extractor: FeatureExtractor;
  readonly matcher: PhraseMatcher;
  frames: number;
  candidate: string;
  told: string;
}

/** Recognition of one stream of 16 kHz samples: no clock, no I/O; the same audio gives the same events, however it was cut into messages. */
export class Recognition {
  readonly #options: RecognitionOptions;
  readonly #segmenter: Segmenter;
  #rest = new Int16Array(0);
  #hops = 0;
  #speech: Speech | undefined;
  #silenceTold = false;

  constructor(options: RecognitionOptions) {
    this.#options = options;
    this.#segmenter = new Segmenter(options);
  }

  get heardMs(): number {
    return this.#hops * FRAME_MS;
  }

  push(samples: Int16Array): readonly Heard[] {
    const all = new Int16Array(this.#rest.length + samples.length);
    all.set(this.#rest);
    all.set(samples, this.#rest.length);
    const heard: Heard[] = [];
    let at = 0;
    for (; at + HOP_SAMPLES <= all.length; at += HOP_SAMPLES) {
      this.#hops++;
      heard.push(...this.#hear(this.#segmenter.next(all.slice(at, at + HOP_SAMPLES))));
    }
    this.#rest = all.slice(at);
    return heard;
  }

  /** The audio ends: what is being said is judged as it is. */
  finish(): readonly Heard[] {
    const last = this.#segmenter.finish();
    return last === undefined ? [] : this.#hear(last);
  }

  #hear(event: SegmentEvent): readonly Heard[] {
    switch (event.type) {
      case 'quiet':
        return this.#hearQuiet(event.silentMs);
      case 'speech-started': {
        const matcher = new PhraseMatcher(this.#options.references());
        const extractor = new FeatureExtractor();
        const speech = { startMs: event.atMs, extractor, matcher, frames: 0, candidate: '', told: '' };
        this.#speech = speech;
        return [{ type: 'speech-started', atMs: event.atMs }, ...this.#hearSpeech(speech, event.leadIn)];
      }
      case 'speech':
        return this.#speech === undefined ? [] : this.#hearSpeech(this.#speech, event.hops);
      case 'speech-ended':
        return this.#speech === undefined ? [] : this.#judge(this.#speech, event.atMs);
    }
  }

  #hearQuiet(silentMs: number): readonly Heard[] {
    if (this.#silenceTold || silentMs < this.#options.initialSilenceMs) return [];
    this.#silenceTold = true;
    return [{ type: 'initial-silence', endMs: this.heardMs }];
  }

  #hearSpeech(speech: Speech, hops: readonly Int16Array[]): readonly Heard[] {
    const heard: Heard[] = [];
    for (const hop of hops) {
      speech.matcher.next(speech.extractor.next(hop));
      speech.frames++;
      if (speech.frames % HYPOTHESIS_EVERY_FRAMES === 0) heard.push(...this.#guess(speech));
    }
    return heard;
  }

  /** A guess is told once it has been the same twice in a row, as far as the two agree. */
  #guess(speech: Speech): readonly Heard[] {
    const prefix = speech.matcher.prefix();
    const guess = prefix === undefined ? '' : lexical(firstWords(prefix.text, prefix.progress));
    const stable = guess.startsWith(speech.candidate) ? speech.candidate : '';
    speech.candidate = guess;
    if (stable === '' || stable === speech.told) return [];
    speech.told = stable;
    const { startMs } = speech;
    return [{ type: 'hypothesis', text: stable, language: prefix?.language, startMs, endMs: this.heardMs }];
  }

  #judge(speech: Speech, endMs: number): readonly Heard[] {
    this.#speech = undefined;
    this.#silenceTold = false;
    const match = speech.matcher.finish();
    return match !== undefined && match.confidence >= RECOGNISED_FROM
      ? [{ type: 'recognised', match, startMs: speech.startMs, endMs }]
      : [{ type: 'no-match', nearest: match, startMs: speech.startMs, endMs }];
  }
}

/** Whole words only, by their share of the letters. */
function firstWords(text: string, progress: number): string {
  const words = text.split(/\s+/);
  const letters = progress * text.length;
  let end = 0;
  return words
    .filter((word) => {
      end += word.length + 1;
      return end - 1 <= letters + 1;
    })
    .join(' ');
}

/** As the service writes partial results: lower case, no punctuation. */
export function lexical(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}'\s]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
