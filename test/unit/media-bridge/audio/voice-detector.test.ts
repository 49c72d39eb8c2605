import { describe, expect, it } from 'vitest';
import { SAMPLE_RATE_HZ, SAMPLES_PER_FRAME } from '#core/audio/pcm';
import { fvadDetectors, type VoiceDetector } from '../../../../media-bridge/audio/voice-detector.ts';

/** A vowel of sorts: harmonics of 120 Hz under two formants, swelling like syllables. */
function vowel(level: number, frames: number): Int16Array[] {
  return Array.from({ length: frames }, (_, frame) =>
    Int16Array.from({ length: SAMPLES_PER_FRAME }, (_sample, index) => {
      const t = (frame * SAMPLES_PER_FRAME + index) / SAMPLE_RATE_HZ;
      let sum = 0;
      for (let harmonic = 1; harmonic <= 25; harmonic += 1) {
        const hz = 120 * harmonic;
        const gain = Math.exp(-(((hz - 600) / 300) ** 2)) + 0.5 * Math.exp(-(((hz - 1_700) / 400) ** 2));
        sum += gain * Math.sin(2 * Math.PI * hz * t);
      }
      return level * sum * (0.6 + 0.4 * Math.sin(2 * Math.PI * 4 * t));
    }),
  );
}

const share = (detector: VoiceDetector, frames: readonly Int16Array[]): number =>
  frames.filter((frame) => detector.judge(frame).kind === 'voice').length / frames.length;

const detectors = await fvadDetectors();

describe('a voice detector', () => {
  it('hears a voice', () => {
    const detector = detectors();
    expect(share(detector, vowel(4_000, 100))).toBeGreaterThan(0.8);
    detector.close();
  });

  it('hears none in silence, nor in what is quieter than any caller', () => {
    const detector = detectors();
    expect(share(detector, vowel(0, 50))).toBe(0);
    expect(share(detector, vowel(10, 50))).toBe(0);
    detector.close();
  });

  it('hears none in a frame of another length', () => {
    const detector = detectors();
    expect(detector.judge(new Int16Array(7).fill(9_000)).kind).toBe('silence');
    detector.close();
  });

  it('can be closed twice and hears nothing after', () => {
    const detector = detectors();
    detector.close();
    detector.close();
    expect(share(detector, vowel(4_000, 10))).toBe(0);
  });

  it('gives its memory back: as many calls as one likes', () => {
    for (let calls = 0; calls < 5_000; calls += 1) detectors().close();
    const many = Array.from({ length: 200 }, () => detectors());
    expect(many.every((detector) => share(detector, vowel(4_000, 20)) > 0.5)).toBe(true);
    for (const detector of many) detector.close();
  });
});
