import { FRAME_MS } from '../audio/pcm.ts';

/** Shorter than any word; longer than a click of the line. */
const STARTED_AFTER_MS = 100;
/** Longer than "uh-huh", shorter than a caller's patience. Words from the recogniser interrupt sooner. */
const SUSTAINED_AFTER_MS = 400;
/** A stop consonant or a breath does not end speech. */
const ENDED_AFTER_MS = 300;

export type VoiceState =
  | { readonly kind: 'silent'; readonly voicedMs: number }
  | { readonly kind: 'speaking'; readonly voicedMs: number; readonly unvoicedMs: number };

export type VoiceEvent = 'speech-started' | 'speech-sustained' | 'speech-ended';

export const silentVoice: VoiceState = { kind: 'silent', voicedMs: 0 };

/** Turns frame-by-frame judgements of a voice detector into speech with a beginning and an end. Each event comes once per stretch of speech. */
export function nextVoice(state: VoiceState, voiced: boolean): readonly [VoiceState, VoiceEvent?] {
  if (state.kind === 'silent') {
    // One unvoiced frame takes one voiced frame back: noise that flickers never adds up.
    const voicedMs = Math.max(0, state.voicedMs + (voiced ? FRAME_MS : -FRAME_MS));
    return voicedMs < STARTED_AFTER_MS
      ? [{ kind: 'silent', voicedMs }]
      : [{ kind: 'speaking', voicedMs, unvoicedMs: 0 }, 'speech-started'];
  }
  if (!voiced) {
    const unvoicedMs = state.unvoicedMs + FRAME_MS;
    return unvoicedMs >= ENDED_AFTER_MS ? [silentVoice, 'speech-ended'] : [{ ...state, unvoicedMs }];
  }
  const voicedMs = state.voicedMs + FRAME_MS;
  const sustained = state.voicedMs < SUSTAINED_AFTER_MS && voicedMs >= SUSTAINED_AFTER_MS;
  const speaking: VoiceState = { kind: 'speaking', voicedMs, unvoicedMs: 0 };
  return sustained ? [speaking, 'speech-sustained'] : [speaking];
}
