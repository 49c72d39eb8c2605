import type { TurnMarks } from '#core/telemetry/turn-stages';

/** Milliseconds of one answer, from the caller's last voiced frame on. A stage that did not happen is left out. */
export interface ReplyLatency {
  /** Until the turn was taken to be over. */
  readonly endOfTurnMs?: number;
  /** From then to the model's first token. */
  readonly firstTokenMs?: number;
  /** From then to the first frame on the socket. */
  readonly firstAudioMs?: number;
  /** From the caller's last voiced frame to the first frame on the socket. */
  readonly totalMs?: number;
}

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

  read(): ReplyLatency {
    const between = (from: number | undefined, to: number | undefined): number | undefined =>
      from === undefined || to === undefined ? undefined : Math.round(to - from);
    const stages = {
      endOfTurnMs: between(this.#lastVoiceMs, this.#startedMs),
      firstTokenMs: between(this.#startedMs, this.#firstTokenMs),
      firstAudioMs: between(this.#firstTokenMs ?? this.#startedMs, this.#firstAudioMs),
      totalMs: between(this.#lastVoiceMs, this.#firstAudioMs),
    };
    return Object.fromEntries(Object.entries(stages).filter(([, ms]) => ms !== undefined));
  }
}
