/** One sound of the utterance, or the silence between two. */
export interface Phone {
  readonly isPause: boolean;
  /** From the start of the audio. */
  readonly endMs: number;
}

export interface Speech {
  /** 16 kHz, mono. */
  readonly samples: Int16Array<ArrayBuffer>;
  readonly phones: readonly Phone[];
}

export const SPEECH_RATE_HZ = 16_000;
