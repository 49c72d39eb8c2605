import { FRAME_MS } from '../audio/pcm.ts';

export interface VoiceSettings {
  /** So much voice interrupts the agent. A multiple of 20 ms; with less than 100 it comes a frame after the beginning. May change from frame to frame. */
  readonly interruptAfterMs: number;
  /** So long without a voice ends speech: longer than a stop consonant or a breath. */
  readonly endedAfterMs: number;
}

export const defaultVoiceSettings: VoiceSettings = { interruptAfterMs: 140, endedAfterMs: 300 };

/** Shorter than any word; longer than a click of the line. */
const STARTED_AFTER_MS = 80;
/** The mouth closes this long within a word ("actually"); a longer gap takes back what was counted, as long as it lasts. */
const CLOSURE_MS = 80;

export type VoiceState =
  | { readonly kind: 'silent'; readonly voicedMs: number }
  | { readonly kind: 'speaking'; readonly voicedMs: number; readonly unvoicedMs: number; readonly told: boolean };

export type VoiceEvent =
  /** Somebody may be speaking. */
  | 'speech-started'
  /** Somebody speaks: enough to interrupt the agent. */
  | 'speech-sustained'
  | 'speech-ended';

export const silentVoice: VoiceState = { kind: 'silent', voicedMs: 0 };
/** Most frames of a call: made once rather than for each of them. */
const stillSilent = [silentVoice] as const;

/** Turns frame-by-frame judgements of a voice detector into speech with a beginning and an end. Each event comes once per stretch of speech. */
export function nextVoice(
  state: VoiceState,
  voiced: boolean,
  { interruptAfterMs, endedAfterMs }: VoiceSettings = defaultVoiceSettings,
): readonly [VoiceState, VoiceEvent?] {
  if (state.kind === 'silent') {
    if (!voiced && state.voicedMs <= FRAME_MS) return stillSilent;
    // One unvoiced frame takes one voiced frame back: noise that flickers never adds up.
    const voicedMs = Math.max(0, state.voicedMs + (voiced ? FRAME_MS : -FRAME_MS));
    return voicedMs < STARTED_AFTER_MS
      ? [{ kind: 'silent', voicedMs }]
      : [{ kind: 'speaking', voicedMs, unvoicedMs: 0, told: false }, 'speech-started'];
  }
  const unvoicedMs = voiced ? 0 : state.unvoicedMs + FRAME_MS;
  if (unvoicedMs >= endedAfterMs) return [silentVoice, 'speech-ended'];
  const countedMs = voiced ? FRAME_MS : unvoicedMs > CLOSURE_MS ? -FRAME_MS : 0;
  const voicedMs = Math.max(0, state.voicedMs + countedMs);
  const told = state.told || (voiced && voicedMs >= interruptAfterMs);
  const speaking: VoiceState = { kind: 'speaking', voicedMs, unvoicedMs, told };
  return told && !state.told ? [speaking, 'speech-sustained'] : [speaking];
}
