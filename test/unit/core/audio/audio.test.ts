import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameCutter } from '#core/audio/frames';
import { levelDbfs } from '#core/audio/level';
import { pcmFromBase64, SAMPLES_PER_FRAME, samplesToMs, writeBase64 } from '#core/audio/pcm';

const oneFrame = fc.int16Array({ minLength: SAMPLES_PER_FRAME, maxLength: SAMPLES_PER_FRAME });
const samples = fc.int16Array({ maxLength: 2_000, size: 'max' });

function base64Of(pcm: Int16Array): string {
  const characters = new Uint16Array(Math.ceil(pcm.byteLength / 3) * 2);
  writeBase64(pcm, characters);
  return Buffer.from(characters.buffer).toString('latin1');
}

describe('audio on the wire', () => {
  it('is little-endian, two bytes a sample', () => {
    expect(pcmFromBase64(Buffer.from([0x01, 0x00, 0xff, 0xff, 0x00, 0x80]).toString('base64'))).toEqual(
      Int16Array.of(1, -1, -32_768),
    );
    expect(base64Of(Int16Array.of(1, -1, -32_768))).toBe('AQD//wCA');
  });

  it('comes back as it was sent', () => {
    fc.assert(
      fc.property(samples, (pcm) => {
        expect(base64Of(pcm)).toBe(Buffer.from(pcm.buffer).toString('base64'));
        expect(pcmFromBase64(base64Of(pcm))).toEqual(pcm);
      }),
    );
  });

  it('may be a piece of something longer', () => {
    const pcm = Int16Array.from({ length: 10 }, (_, n) => n).subarray(3, 5);
    expect(pcmFromBase64(base64Of(pcm))).toEqual(Int16Array.of(3, 4));
  });

  it.each([
    ['half a sample', Buffer.alloc(3).toString('base64')],
    ['no base64', 'AQ#A'],
    ['URL base64', '__8A'],
    ['white space', 'AQAA AQAA'],
    ['a piece of base64', 'AQA'],
    ['more padding than there can be', 'A==='],
    ['more than anybody sends at once', Buffer.alloc(70_000).toString('base64')],
  ])('is refused when it is %s', (_, text) => {
    expect(pcmFromBase64(text)).toBeUndefined();
  });

  it('never breaks the call, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.base64String({ size: 'large' })), (text) => {
        const pcm = pcmFromBase64(text);
        if (pcm !== undefined) expect(pcm.byteLength).toBe(Buffer.from(text, 'base64').length);
      }),
    );
  });
});

describe('frames', () => {
  it('are 20 ms each', () => {
    expect(SAMPLES_PER_FRAME).toBe(320);
    expect(samplesToMs(SAMPLES_PER_FRAME)).toBe(20);
  });

  it('hold every sample once and in order, whatever the chunks were', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(samples, oneFrame), { maxLength: 8 }), (chunks) => {
        const got: Int16Array[] = [];
        const cutter = frameCutter((frame) => got.push(frame));
        const whole = chunks.flatMap((chunk) => [...chunk]);
        for (const chunk of chunks) cutter.push(chunk);
        expect(got).toHaveLength(Math.floor(whole.length / SAMPLES_PER_FRAME));
        cutter.flush();
        expect(got).toHaveLength(Math.ceil(whole.length / SAMPLES_PER_FRAME));
        for (const frame of got) expect(frame).toHaveLength(SAMPLES_PER_FRAME);
        const samplesOut = got.flatMap((frame) => [...frame]);
        expect(samplesOut.slice(0, whole.length)).toEqual(whole);
        expect(samplesOut.slice(whole.length).every((sample) => sample === 0)).toBe(true);
        cutter.flush();
        expect(got).toHaveLength(Math.ceil(whole.length / SAMPLES_PER_FRAME));
      }),
    );
  });

  it('keep a rest of their own: a chunk may be used again by its sender', () => {
    const frames: Int16Array[] = [];
    const cutter = frameCutter((frame) => frames.push(frame));
    const chunk = new Int16Array(10).fill(7);
    cutter.push(chunk);
    chunk.fill(0);
    cutter.flush();
    expect(frames[0]?.subarray(0, 11)).toEqual(Int16Array.of(7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 0));
  });
});

describe('the level of audio', () => {
  it.each([
    ['silence', new Int16Array(320), -96],
    ['nothing', new Int16Array(0), -96],
    ['full scale', new Int16Array(320).fill(-32_768), 0],
    ['half of it', new Int16Array(320).fill(16_384), -6.02],
    ['a sine at full scale', Int16Array.from({ length: 320 }, (_, n) => 32_767 * Math.sin((n * Math.PI) / 16)), -3.01],
  ])('of %s', (_, pcm, dbfs) => {
    expect(levelDbfs(pcm)).toBeCloseTo(dbfs, 1);
  });

  it('is between silence and full scale', () => {
    fc.assert(
      fc.property(samples, (pcm) => {
        expect(levelDbfs(pcm)).toBeGreaterThanOrEqual(-96);
        expect(levelDbfs(pcm)).toBeLessThanOrEqual(0);
      }),
    );
  });
});
