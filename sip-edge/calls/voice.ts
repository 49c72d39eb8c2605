/** What the caller hears: a prompt while one plays, streamed audio otherwise. Streamed audio is held back meanwhile (README: guess). */
import type { LegAudio, Unsubscribe } from '../leg.ts';

type FrameSource = () => Int16Array | undefined;

export class Voice {
  readonly #audio: LegAudio;
  readonly #listeners = new Set<(frame: Int16Array | undefined) => void>();
  #prompt: FrameSource | undefined;
  #stream: FrameSource | undefined;

  constructor(audio: LegAudio) {
    this.#audio = audio;
    audio.setSource(() => this.#next());
  }

  setPrompt(source: FrameSource | undefined): void {
    this.#prompt = source;
  }

  setStream(source: FrameSource | undefined): void {
    this.#stream = source;
  }

  /** Every 20 ms what goes out, undefined for silence. */
  onSpoken(listener: (frame: Int16Array | undefined) => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  end(): void {
    this.#audio.setSource(undefined);
    this.#listeners.clear();
    this.#prompt = undefined;
    this.#stream = undefined;
  }

  #next(): Int16Array | undefined {
    const frame = this.#prompt === undefined ? this.#stream?.() : this.#prompt();
    for (const listener of this.#listeners) listener(frame);
    return frame;
  }
}
