import type { SpeechChunk } from '#core/ports/text-to-speech';

/** One utterance's sound, written down as it is made, for any number of listeners at any time. */
export class Recording {
  readonly #chunks: SpeechChunk[] = [];
  readonly #made: Promise<boolean>;
  #state:
    { readonly kind: 'running' } | { readonly kind: 'whole' } | { readonly kind: 'failed'; readonly error: unknown } = {
    kind: 'running',
  };
  #news = Promise.withResolvers<undefined>();

  constructor(sound: AsyncIterable<SpeechChunk>) {
    this.#made = this.#record(sound);
  }

  get chunks(): readonly SpeechChunk[] {
    return this.#chunks;
  }

  /** Resolves when it is made, or has failed; silence counts as a failure. */
  isWhole(): Promise<boolean> {
    return this.#made;
  }

  /** What has come so far, then the rest as it comes. Ends as the synthesis ends, or throws the signal's reason. */
  async *play(signal: AbortSignal): AsyncGenerator<SpeechChunk> {
    for (let at = 0; ; at += 1) {
      signal.throwIfAborted();
      while (this.#chunks.length === at && this.#state.kind === 'running') await this.#nextNews(signal);
      const chunk = this.#chunks[at];
      if (chunk !== undefined) {
        // A copy: the sound is everybody's.
        yield chunk.type === 'audio' ? { type: 'audio', pcm: chunk.pcm.slice() } : chunk;
        continue;
      }
      if (this.#state.kind === 'failed') throw this.#state.error;
      return;
    }
  }

  async #record(sound: AsyncIterable<SpeechChunk>): Promise<boolean> {
    try {
      for await (const chunk of sound) {
        this.#chunks.push(chunk);
        this.#tell();
      }
      this.#state = { kind: 'whole' };
    } catch (error) {
      this.#state = { kind: 'failed', error };
    }
    this.#tell();
    return this.#state.kind === 'whole' && this.#chunks.some(({ type }) => type === 'audio');
  }

  #tell(): void {
    this.#news.resolve(undefined);
    this.#news = Promise.withResolvers();
  }

  async #nextNews(signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<never>();
    const onAbort = (): void => aborted.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.race([this.#news.promise, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}
