import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePromptWav, wavHeader } from '../../../../sip-edge/audio/wav.ts';

describe('a prompt file', () => {
  it('is read back as it was written', () => {
    expect(parsePromptWav(Buffer.concat([wavHeader(1, 4), Buffer.from([1, 0, 2, 0])]))).toEqual(Int16Array.of(1, 2));
  });

  it('in stereo is not a prompt', () => {
    expect(parsePromptWav(Buffer.concat([wavHeader(2, 4), Buffer.alloc(4)]))).toBeUndefined();
  });

  it('that is damaged never throws', () => {
    const good = Buffer.concat([wavHeader(1, 8), Buffer.alloc(8)]);
    fc.assert(
      fc.property(fc.nat(good.length), fc.uint8Array({ maxLength: 12 }), (at, noise) => {
        const damaged = Buffer.concat([good.subarray(0, at), noise, good.subarray(at + noise.length)]);
        expect(() => parsePromptWav(damaged)).not.toThrow();
      }),
    );
  });
});
