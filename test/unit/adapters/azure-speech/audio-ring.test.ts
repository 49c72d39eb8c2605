import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AudioRing } from '#adapters/azure-speech/audio-ring';

const CAPACITY = 16;

describe('the end of a stream of samples', () => {
  it('is read as it was written from any place on, with silence for what has given way', () => {
    const lengths = fc.array(fc.integer({ min: 0, max: CAPACITY }), { maxLength: 12 });
    fc.assert(
      fc.property(lengths, fc.nat(), fc.nat(), (writes, from, samples) => {
        const ring = new AudioRing(CAPACITY);
        const all: number[] = [];
        for (const length of writes) {
          const pcm = Array.from({ length }, (_, index) => all.length + index + 1);
          ring.write(Int16Array.from(pcm));
          all.push(...pcm);
        }
        expect(ring.written).toBe(all.length);
        const start = from % (all.length + 1);
        const target = new Int16Array(samples % (all.length - start + 1)).fill(-1);
        ring.read(target, start);
        const kept = all.map((value, place) => (place < all.length - CAPACITY ? 0 : value));
        expect([...target]).toEqual(kept.slice(start, start + target.length));
      }),
    );
  });
});
