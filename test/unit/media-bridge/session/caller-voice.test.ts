import { describe, expect, it } from 'vitest';
import { SAMPLES_PER_FRAME } from '#core/audio/pcm';
import type { VoiceDetector } from '../../../../media-bridge/audio/voice-detector.ts';
import { CallerVoice } from '../../../../media-bridge/session/caller-voice.ts';
import { manualClock } from '../../../support/manual-clock.ts';

const frame = new Int16Array(SAMPLES_PER_FRAME);

function voiceUnderTest() {
  const clock = manualClock();
  let kind: ReturnType<VoiceDetector['judge']> = 'voice';
  const voice = new CallerVoice({
    detector: { judge: () => kind, played: () => undefined, close: () => undefined },
    clock,
    interruptAfterMs: () => 200,
    onFrame: () => undefined,
    onVoice: () => undefined,
  });
  const hear = async (what: typeof kind, frames: number, everyMs: number): Promise<void> => {
    kind = what;
    for (let count = 0; count < frames; count += 1) {
      voice.push(frame);
      await clock.advance(everyMs);
    }
  };
  return { voice, hear };
}

describe('a caller who has just finished speaking', () => {
  it('has been quiet since the last frame with voice in it', async () => {
    const { voice, hear } = voiceUnderTest();
    await hear('voice', 25, 20);
    await hear('silence', 4, 20);
    expect(voice.quietForMs).toBe(100);
  });

  it('has been quiet for as long as the sound says, though it came late and all at once', async () => {
    const { voice, hear } = voiceUnderTest();
    await hear('voice', 25, 20);
    await hear('voice', 1, 0);
    await hear('silence', 5, 0);
    expect(voice.quietForMs).toBe(100);
  });

  it('is not quiet who speaks on', async () => {
    const { voice, hear } = voiceUnderTest();
    await hear('voice', 25, 20);
    await hear('silence', 5, 20);
    await hear('voice', 1, 0);
    expect(voice.quietForMs).toBe(0);
  });
});
