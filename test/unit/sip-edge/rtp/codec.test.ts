import { alaw, mulaw } from 'alawmulaw';
import { describe, expect, it } from 'vitest';
import { decodeG711, encodeG711, SILENCE_BYTE } from '../../../../sip-edge/rtp/g711.ts';
import { isSilent } from '../../../../sip-edge/rtp/level.ts';
import { Downsampler, Upsampler } from '../../../../sip-edge/rtp/resample.ts';
import { amplitudeOf, inFrames, joined, signalToNoiseDb, tone } from './sound.ts';

const EVERY_SAMPLE = Int16Array.from({ length: 65_536 }, (_, index) => index - 32_768);
const EVERY_CODE = Uint8Array.from({ length: 256 }, (_, code) => code);

describe('G.711', () => {
  it('decodes both laws as another implementation does', () => {
    expect(decodeG711('PCMU', EVERY_CODE)).toEqual(mulaw.decode(EVERY_CODE));
    expect(decodeG711('PCMA', EVERY_CODE)).toEqual(alaw.decode(EVERY_CODE));
  });

  it('encodes every sample to the code whose value is as near as the other implementation gets', () => {
    for (const [law, other] of [
      ['PCMU', mulaw],
      ['PCMA', alaw],
    ] as const) {
      const ours = decodeG711(law, encodeG711(law, EVERY_SAMPLE));
      const theirs = other.decode(other.encode(EVERY_SAMPLE));
      const worse = EVERY_SAMPLE.filter(
        (sample, index) => Math.abs(ours[index]! - sample) > Math.abs(theirs[index]! - sample) + 1,
      );
      expect([law, worse.length]).toEqual([law, 0]);
    }
  });

  it('gives every code back that it can decode', () => {
    expect(encodeG711('PCMA', decodeG711('PCMA', EVERY_CODE))).toEqual(EVERY_CODE);
    // µ-law has a negative zero; both zeros are the same sound.
    expect(encodeG711('PCMU', decodeG711('PCMU', EVERY_CODE)).filter((code, index) => code !== index)).toHaveLength(1);
  });

  it('knows silence', () => {
    expect(decodeG711('PCMU', Uint8Array.of(SILENCE_BYTE.PCMU))[0]).toBe(0);
    expect(Math.abs(decodeG711('PCMA', Uint8Array.of(SILENCE_BYTE.PCMA))[0]!)).toBe(8);
  });
});

describe('resampling', () => {
  const up = (samples: Int16Array): Int16Array => {
    const upsampler = new Upsampler();
    return joined(inFrames(samples, 160).map((frame) => upsampler.process(frame)));
  };
  const down = (samples: Int16Array): Int16Array => {
    const downsampler = new Downsampler();
    return joined(inFrames(samples, 320).map((frame) => downsampler.process(frame)));
  };

  it.each([200, 1000, 2500, 3300])('keeps a tone of %i Hz through both directions', (hz) => {
    const there = up(tone(hz, 8000, 8000));
    expect(amplitudeOf(hz, 16_000, there.slice(1600))).toBeGreaterThan(8000 * 0.97);
    expect(amplitudeOf(8000 - hz, 16_000, there.slice(1600))).toBeLessThan(8000 / 300);
    expect(amplitudeOf(hz, 8000, down(there).slice(800))).toBeGreaterThan(8000 * 0.95);
  });

  it.each([4700, 5500, 7000])('lets nothing of %i Hz into telephone sound', (hz) => {
    const heard = down(tone(hz, 16_000, 16_000)).slice(800);
    expect(amplitudeOf(8000 - hz, 8000, heard)).toBeLessThan(8000 / 500);
  });

  it('makes no seam between frames', () => {
    const whole = tone(1000, 8000, 4800);
    expect(up(whole)).toEqual(new Upsampler().process(whole));
    const delay = 29;
    const reference = tone(1000, 16_000, 9600);
    expect(signalToNoiseDb(reference.slice(1600, 9600 - 30), up(whole).slice(1600 + delay + 1, 9600))).toBeGreaterThan(
      40,
    );
  });

  it('passes full scale without wrapping around', () => {
    const loud = tone(1000, 16_000, 3200, 32_767);
    expect(
      Math.min(
        ...down(loud)
          .slice(400)
          .map(Math.abs)
          .filter((_, index) => index % 8 === 2),
      ),
    ).toBeLessThanOrEqual(32_767);
    expect(amplitudeOf(1000, 8000, down(loud).slice(800))).toBeGreaterThan(32_000);
  });
});

describe('the level of a frame', () => {
  it('is silent for line noise and not for soft speech', () => {
    expect(isSilent(new Int16Array(320))).toBe(true);
    expect(isSilent(tone(300, 16_000, 320, 60))).toBe(true);
    expect(isSilent(tone(300, 16_000, 320, 300))).toBe(false);
  });
});
