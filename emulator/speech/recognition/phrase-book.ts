import { FeatureExtractor, HOP_SAMPLES, type FeatureVector } from '../features.ts';
import type { SpeechEngine } from '../engine/pool.ts';
import type { FliteVoice } from '../engine/voices.ts';
import type { Reference } from './matcher.ts';
import { Segmenter } from './segmenter.ts';

/** What one scenario's callers may say. */
export interface PhraseSet {
  /** BCP 47; compared without case. */
  readonly language: string;
  readonly phrases: readonly string[];
  readonly voices: readonly FliteVoice[];
  /** Somebody's own recording of a phrase, 16 kHz. */
  readonly recordings: readonly { readonly text: string; readonly samples: Int16Array }[];
}

interface ActiveSet {
  readonly language: string;
  readonly references: readonly Reference[];
}

const LANES = 2;
const MAX_CACHED_REFERENCES = 4000;
/** Longer than any pause inside a phrase: a reference stays in one piece. */
const NO_END_SILENCE_MS = 60_000;

/** The phrases that can be recognised now: the union of all registered sets, by language. */
export class PhraseBook {
  readonly #engine: SpeechEngine;
  readonly #sets = new Map<string, ActiveSet>();
  readonly #latest = new Map<string, symbol>();
  readonly #cache = new Map<string, readonly FeatureVector[]>();

  constructor(engine: SpeechEngine) {
    this.#engine = engine;
  }

  get setCount(): number {
    return this.#sets.size;
  }

  /** Resolves once the phrases are recognised. Of two registrations under one id the later one stays, whichever is ready first. */
  async put(id: string, set: PhraseSet): Promise<void> {
    const turn = Symbol(id);
    this.#latest.set(id, turn);
    const spoken = set.voices.flatMap((voice) => set.phrases.flatMap(withSentences).map((text) => ({ text, voice })));
    const synthesised: Reference[] = [];
    // A few at a time: a long list must not stand in the engine's queue before the calls that are under way.
    const waiting = spoken.values();
    const lanes = Array.from({ length: LANES }, async () => {
      for (const { text, voice } of waiting) synthesised.push({ text, frames: await this.#framesOf(text, voice) });
    });
    await Promise.all(lanes);
    const recorded = set.recordings.map(({ text, samples }) => ({ text, frames: referenceFeatures(samples) }));
    if (this.#latest.get(id) !== turn) return;
    const references = [...synthesised, ...recorded].map((reference) => ({ ...reference, language: set.language }));
    this.#sets.set(id, { language: set.language.toLowerCase(), references });
  }

  delete(id: string): boolean {
    this.#latest.delete(id);
    return this.#sets.delete(id);
  }

  /** What may be said in any of these languages. */
  references(languages: readonly string[]): readonly Reference[] {
    const wanted = new Set(languages.map((language) => language.toLowerCase()));
    const union = new Set<readonly FeatureVector[]>();
    return [...this.#sets.values()]
      .filter((set) => wanted.has(set.language))
      .flatMap(({ references }) => references)
      .filter(({ frames }) => !union.has(frames) && union.add(frames));
  }

  async #framesOf(text: string, voice: FliteVoice): Promise<readonly FeatureVector[]> {
    const key = `${voice}:${text}`;
    const known = this.#cache.get(key);
    if (known !== undefined) return known;
    const { samples } = await this.#engine.speak(text, voice);
    const frames = referenceFeatures(samples);
    const oldest = this.#cache.keys().next().value;
    if (this.#cache.size >= MAX_CACHED_REFERENCES && oldest !== undefined) this.#cache.delete(oldest);
    this.#cache.set(key, frames);
    return frames;
  }
}

/** A caller pauses between sentences, and the recogniser cuts there: each sentence is a phrase too. */
function withSentences(phrase: string): readonly string[] {
  const sentences = phrase.split(/(?<=[.!?])\s+/).filter((sentence) => /[\p{Letter}\p{Number}]/u.test(sentence));
  return sentences.length > 1 ? [phrase, ...sentences] : [phrase];
}

/** Cut out of the silence around it by the same rule as what arrives from the caller, so that both begin at the same sound. */
export function referenceFeatures(samples: Int16Array): readonly FeatureVector[] {
  const segmenter = new Segmenter({ endSilenceMs: NO_END_SILENCE_MS, maxSpeechMs: NO_END_SILENCE_MS });
  const extractor = new FeatureExtractor();
  const quiet = new Int16Array(HOP_SAMPLES);
  const lead = Array.from({ length: 10 }, () => quiet);
  const frames: FeatureVector[] = [];
  for (const hop of [...lead, ...hopsOf(samples)]) {
    const event = segmenter.next(hop);
    if (event.type === 'speech-started') frames.push(...event.leadIn.map((early) => extractor.next(early)));
    if (event.type === 'speech') frames.push(...event.hops.map((late) => extractor.next(late)));
  }
  return frames;
}

function hopsOf(samples: Int16Array): readonly Int16Array[] {
  const count = Math.floor(samples.length / HOP_SAMPLES);
  return Array.from({ length: count }, (_, i) => samples.subarray(i * HOP_SAMPLES, (i + 1) * HOP_SAMPLES));
}
