import type { TurnMarks } from '#core/telemetry/turn-stages';

/** Notes when the stages of a reply were passed. Times are monotonic milliseconds. */
export class ReplyStopwatch {
  readonly #lastVoiceMs: number | undefined;
  readonly #understoodMs: number | undefined;
  readonly #startedMs: number;
  #firstTokenMs: number | undefined;
  #firstAudioMs: number | undefined;

  /** `understoodMs`: when the caller's last words came from the recogniser. */
  constructor(startedMs: number, lastVoiceMs: number | undefined, understoodMs?: number) {
    this.#understoodMs = understoodMs;
    this.#startedMs = startedMs;
    this.#lastVoiceMs = lastVoiceMs;
  }

  firstToken(atMs: number): void {
    this.#firstTokenMs ??= atMs;
  }

  firstAudio(atMs: number): void {
    this.#firstAudioMs ??= atMs;
  }

  get marks(): TurnMarks {
    return {
      lastVoiceMs: this.#lastVoiceMs,
      understoodMs: this.#understoodMs,
      overMs: this.#startedMs,
      firstTokenMs: this.#firstTokenMs,
      firstAudioMs: this.#firstAudioMs,
    };
  }
}
