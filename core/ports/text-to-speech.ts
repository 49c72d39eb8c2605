export interface TextToSpeech {
  /** Speaks one utterance as 16 kHz, 16 bit, mono PCM, faster than real time. Aborting ends the iteration by throwing the signal's reason; failures throw `PortError`. */
  speak(utterance: Utterance, signal: AbortSignal): AsyncIterable<SpeechChunk>;
}

export interface Utterance {
  /** A whole `<speak>` document; made by core/conversation/speakable.ts, so that no caller's or model's text is ever markup. */
  readonly ssml: string;
  /** Said in many calls, word for word: worth keeping once it is synthesised. */
  readonly fixed?: true;
}

export type SpeechChunk =
  | { readonly type: 'audio'; readonly pcm: Int16Array }
  /** A word begins at `atMs` of this utterance's audio. May come before or after the audio it speaks of. */
  | { readonly type: 'word'; readonly text: string; readonly atMs: number };
