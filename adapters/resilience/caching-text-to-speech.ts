import type { Clock } from '#core/ports/clock';
import type { SpeechChunk, TextToSpeech, Utterance } from '#core/ports/text-to-speech';
import type { Log } from '../logging/logger.ts';
import { Recording } from './recording.ts';

const RETRY_AFTER_MS = 15_000;
const RETRY_AFTER_MAX_MS = 600_000;
/** What a chunk costs beside its samples, roughly. */
const CHUNK_BYTES = 128;

export interface PromptCache extends TextToSpeech {
  /**
   * Synthesises what is not there yet, one after the other so that callers do not wait for it, to be said even when synthesis is down later. What fails
   * is tried again, later and later. Resolves when everything has been made; rejects with the signal's reason.
   */
  prepare(utterances: readonly Utterance[], signal: AbortSignal): Promise<void>;
  /** Ends the syntheses that run. */
  close(): void;
}

export interface PromptCacheOptions {
  /** Sound kept, at most: 32 kB a second. What was said longest ago goes first. */
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Keeps the sound of utterances that are `fixed`, whole, by their SSML; what is not fixed passes through. Whoever asks for one that is being made
 * listens to it as it comes, and may leave: it is made to the end all the same.
 */
export function cachingTextToSpeech(inner: TextToSpeech, options: PromptCacheOptions): PromptCache {
  const cache = new Cache(inner, options);
  return {
    speak: (utterance, signal) =>
      utterance.fixed === true ? cache.recordingOf(utterance).play(signal) : inner.speak(utterance, signal),
    prepare: (utterances, signal) => cache.prepare(utterances, signal),
    close: () => cache.close(),
  };
}

class Cache {
  readonly #inner: TextToSpeech;
  readonly #options: PromptCacheOptions;
  /** Least recently said first. */
  readonly #kept = new Map<string, { readonly recording: Recording; readonly bytes: number }>();
  readonly #made = new Map<string, Recording>();
  readonly #closed = new AbortController();
  #bytes = 0;

  constructor(inner: TextToSpeech, options: PromptCacheOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  recordingOf(utterance: Utterance): Recording {
    const { ssml } = utterance;
    const kept = this.#kept.get(ssml);
    if (kept !== undefined) {
      this.#kept.delete(ssml);
      this.#kept.set(ssml, kept);
      return kept.recording;
    }
    return this.#made.get(ssml) ?? this.#make(utterance);
  }

  async prepare(utterances: readonly Utterance[], signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    let left = utterances;
    for (let round = 0; left.length > 0; round += 1) {
      if (round > 0) await clock.sleep(Math.min(RETRY_AFTER_MAX_MS, RETRY_AFTER_MS * 2 ** (round - 1)), signal);
      left = await this.#prepareOnce(left, signal);
      const counts = { prompts: utterances.length, failed: left.length, kept: this.#kept.size, keptBytes: this.#bytes };
      if (left.length === 0) log.info(counts, 'prompts prepared');
      else if (round === 0) log.warn(counts, 'some prompts not prepared');
    }
  }

  close(): void {
    this.#closed.abort(new Error('the voice is closed'));
  }

  /** Gives back those that failed. */
  async #prepareOnce(utterances: readonly Utterance[], signal: AbortSignal): Promise<readonly Utterance[]> {
    const failed: Utterance[] = [];
    for (const utterance of utterances) {
      signal.throwIfAborted();
      if (!(await this.recordingOf(utterance).isWhole())) failed.push(utterance);
    }
    return failed;
  }

  #make({ ssml, fixed }: Utterance): Recording {
    const sound = this.#inner.speak(fixed === undefined ? { ssml } : { ssml, fixed }, this.#closed.signal);
    const recording = new Recording(sound);
    this.#made.set(ssml, recording);
    void recording.isWhole().then((whole) => {
      this.#made.delete(ssml);
      if (whole) this.#keep(ssml, recording);
    });
    return recording;
  }

  #keep(ssml: string, recording: Recording): void {
    const bytes = recording.chunks.reduce((sum, chunk) => sum + bytesOf(chunk), ssml.length * 2);
    if (bytes > this.#options.maxBytes) return;
    this.#kept.set(ssml, { recording, bytes });
    this.#bytes += bytes;
    for (const [oldest, { bytes: freed }] of this.#kept) {
      if (this.#bytes <= this.#options.maxBytes) return;
      this.#kept.delete(oldest);
      this.#bytes -= freed;
    }
  }
}

function bytesOf(chunk: SpeechChunk): number {
  return CHUNK_BYTES + (chunk.type === 'audio' ? chunk.pcm.byteLength : chunk.text.length * 2);
}
