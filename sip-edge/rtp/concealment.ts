/**
 * Invents what was lost, after the idea of G.711 Appendix I: the last pitch period goes on, fading from the second chunk on, and is
 * silent after 60 ms; what comes next is faded in over the invented sound. Works on 10 ms chunks at 8 kHz.
 */
import { CHUNK_SAMPLES } from './jitter-buffer.ts';

/** Pitch between 66 and 200 Hz. */
const MIN_PITCH_SAMPLES = 40;
const MAX_PITCH_SAMPLES = 120;
/** What is compared to find the pitch: 20 ms. */
const MATCH_SAMPLES = 160;
const HISTORY_SAMPLES = MATCH_SAMPLES + MAX_PITCH_SAMPLES + MIN_PITCH_SAMPLES;
const FADE_PER_CHUNK = 0.2;
const AUDIBLE_CHUNKS = 6;
/** 5 ms over which true sound takes over. */
const JOIN_SAMPLES = 40;

type State =
  | { readonly name: 'hearing' }
  | { readonly name: 'inventing'; readonly period: Float32Array; at: number; lost: number };

export class Concealment {
  readonly #history = new Float32Array(HISTORY_SAMPLES);
  #state: State = { name: 'hearing' };
  #begun: 'no' | 'yes' = 'no';
  #concealed = 0;

  /** Chunks invented so far; the silence before a stream begins and after it has faded is none. */
  get concealed(): number {
    return this.#concealed;
  }

  /** `chunk` is undefined when it was lost. */
  next(chunk: Int16Array | undefined): Int16Array {
    const output = chunk === undefined ? this.#invent() : this.#hear(chunk);
    this.#remember(output);
    return output;
  }

  #hear(chunk: Int16Array): Int16Array {
    const state = this.#state;
    this.#begun = 'yes';
    if (state.name === 'hearing') return chunk;
    const joined = Int16Array.from(chunk);
    for (let index = 0; index < JOIN_SAMPLES; index += 1) {
      const share = (index + 1) / (JOIN_SAMPLES + 1);
      joined[index] = Math.round((chunk[index] ?? 0) * share + this.#inventSample(state, index) * (1 - share));
    }
    this.#state = { name: 'hearing' };
    return joined;
  }

  #invent(): Int16Array {
    if (this.#state.name === 'hearing') {
      this.#state = { name: 'inventing', period: this.#lastPeriod(), at: 0, lost: 0 };
    }
    const state = this.#state;
    const chunk = Int16Array.from({ length: CHUNK_SAMPLES }, (_, index) =>
      Math.round(this.#inventSample(state, index)),
    );
    state.at += CHUNK_SAMPLES;
    state.lost += 1;
    if (state.lost <= AUDIBLE_CHUNKS && this.#begun === 'yes') this.#concealed += 1;
    return chunk;
  }

  /** The sample `offset` after what has been invented so far. */
  #inventSample(state: Extract<State, { name: 'inventing' }>, offset: number): number {
    const sample = state.period[(state.at + offset) % state.period.length] ?? 0;
    const chunksGone = state.lost + offset / CHUNK_SAMPLES;
    return sample * Math.max(0, Math.min(1, 1 - (chunksGone - 1) * FADE_PER_CHUNK));
  }

  /** The newest pitch period, its end bent towards its beginning so that repeating it makes no click. */
  #lastPeriod(): Float32Array {
    const history = this.#history;
    const length = this.#pitch();
    const end = history.length;
    const period = history.slice(end - length);
    const overlap = length >> 2;
    for (let index = 0; index < overlap; index += 1) {
      const share = (index + 1) / (overlap + 1);
      const position = length - overlap + index;
      const before = history[end - 2 * length + position] ?? 0;
      // A repetition begins with what followed the period before this one.
      period[position] = (period[position] ?? 0) * (1 - share) + before * share;
    }
    return period;
  }

  #pitch(): number {
    const history = this.#history;
    const start = history.length - MATCH_SAMPLES;
    let best = MIN_PITCH_SAMPLES;
    let bestMatch = Number.NEGATIVE_INFINITY;
    for (let lag = MIN_PITCH_SAMPLES; lag <= MAX_PITCH_SAMPLES; lag += 1) {
      let product = 0;
      let energy = 1;
      for (let index = start; index < history.length; index += 1) {
        const earlier = history[index - lag] ?? 0;
        product += earlier * (history[index] ?? 0);
        energy += earlier * earlier;
      }
      const match = product / Math.sqrt(energy);
      if (match > bestMatch) {
        bestMatch = match;
        best = lag;
      }
    }
    return best;
  }

  #remember(chunk: Int16Array): void {
    this.#history.copyWithin(0, chunk.length);
    this.#history.set(chunk, this.#history.length - chunk.length);
  }
}
