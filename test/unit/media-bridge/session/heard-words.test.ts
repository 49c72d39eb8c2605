import { describe, expect, it } from 'vitest';
import { SAMPLES_PER_FRAME } from '#core/audio/pcm';
import type { VoiceDetector } from '../../../../media-bridge/audio/voice-detector.ts';
import { CallerVoice } from '../../../../media-bridge/session/caller-voice.ts';
import { heardWords } from '../../../../media-bridge/session/heard-words.ts';
import { manualClock } from '../../../support/manual-clock.ts';

const frame = new Int16Array(SAMPLES_PER_FRAME);
const FRAME_MS = 20;

type Kind = ReturnType<VoiceDetector['judge']>;

/** A caller of whom these frames have been read; `ms` of each kind. */
function callerOf(...line: readonly (readonly [Kind, number])[]): CallerVoice {
  let kind: Kind = 'silence';
  const voice = new CallerVoice({
    detector: { judge: () => kind, played: () => undefined, close: () => undefined },
    clock: manualClock(),
    interruptAfterMs: () => 200,
    onFrame: () => undefined,
    onVoice: () => undefined,
  });
  for (const [next, ms] of line) {
    kind = next;
    for (let at = 0; at < ms; at += FRAME_MS) voice.push(frame);
  }
  return voice;
}

/** Of the words that were said from 1,000 to 1,800 ms. */
function quietForMs(voice: CallerVoice): number {
  const words = { type: 'final', text: 'my card is lost', confidence: 0.9, startMs: 1_000, endMs: 1_800 } as const;
  const heard = heardWords(words, voice, '');
  return heard.type === 'final' ? heard.quietForMs : Number.NaN;
}

describe('a caller whose words have just been settled', () => {
  it('has said all, though the frames after the last word have not been read yet', () => {
    expect(quietForMs(callerOf(['silence', 1_000], ['voice', 800]))).toBe(Infinity);
  });

  it('has said all, though the last word fades', () => {
    expect(quietForMs(callerOf(['silence', 1_000], ['voice', 860], ['silence', 40]))).toBe(Infinity);
  });

  it('speaks on when as much voice as a syllable has followed', () => {
    expect(quietForMs(callerOf(['silence', 1_000], ['voice', 800], ['silence', 200], ['voice', 80]))).toBe(0);
  });

  it('has been quiet since, when there was more voice than the words have', () => {
    expect(quietForMs(callerOf(['silence', 1_000], ['voice', 1_000], ['silence', 200]))).toBe(200);
  });
});
