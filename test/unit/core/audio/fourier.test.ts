import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { realFourier } from '#core/audio/fourier';

const sizes = fc.constantFrom(8, 16, 64, 512);

function random(size: number, seed: number): Float64Array {
  return Float64Array.from({ length: size }, (_, n) => Math.sin(seed + 17.3 * n * n) * 1_000);
}

describe('the Fourier transform', () => {
  it('finds a tone in its own line, and nowhere else', () => {
    const fourier = realFourier(64);
    const [re, im] = [new Float64Array(33), new Float64Array(33)];
    fourier.forward(
      Float64Array.from({ length: 64 }, (_, n) => Math.cos((2 * Math.PI * 5 * n) / 64)),
      re,
      im,
    );
    expect(re[5]).toBeCloseTo(32);
    const others = [...re].map((value, k) => (k === 5 ? 0 : Math.hypot(value, im[k] ?? 0)));
    expect(Math.max(...others)).toBeLessThan(1e-9);
  });

  it('is the sum that it stands for', () => {
    const samples = random(16, 3);
    const [re, im] = [new Float64Array(9), new Float64Array(9)];
    realFourier(16).forward(samples, re, im);
    for (let k = 0; k <= 8; k += 1) {
      const sum = (part: (turn: number) => number): number =>
        samples.reduce((total, sample, n) => total + sample * part((2 * Math.PI * k * n) / 16), 0);
      expect(re[k]).toBeCloseTo(sum(Math.cos), 6);
      expect(im[k]).toBeCloseTo(-sum(Math.sin), 6);
    }
  });

  it('goes back to where it came from, for any size', () => {
    fc.assert(
      fc.property(sizes, fc.nat(1_000), (size, seed) => {
        const fourier = realFourier(size);
        const samples = random(size, seed);
        const [re, im] = [new Float64Array(size / 2 + 1), new Float64Array(size / 2 + 1)];
        const back = new Float64Array(size);
        fourier.forward(samples, re, im);
        fourier.inverse(re, im, back);
        samples.forEach((sample, n) => expect(back[n]).toBeCloseTo(sample, 6));
      }),
    );
  });

  it('goes back only as far as is asked', () => {
    const fourier = realFourier(64);
    const [re, im] = [new Float64Array(33), new Float64Array(33)];
    const [all, some] = [new Float64Array(64), new Float64Array(10)];
    fourier.forward(random(64, 3), re, im);
    fourier.inverse(re, im, all);
    fourier.inverse(re, im, some);
    expect(some).toEqual(all.slice(0, 10));
  });
});
