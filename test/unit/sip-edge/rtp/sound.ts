/** Tones, and how much of one is in a piece of sound. */

export function tone(hz: number, sampleRateHz: number, samples: number, amplitude = 8000, from = 0): Int16Array {
  return Int16Array.from({ length: samples }, (_, index) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hz * (index + from)) / sampleRateHz)),
  );
}

/** Amplitude of that frequency (Goertzel by definition). */
export function amplitudeOf(hz: number, sampleRateHz: number, samples: Int16Array): number {
  let real = 0;
  let imaginary = 0;
  samples.forEach((sample, index) => {
    const turn = (2 * Math.PI * hz * index) / sampleRateHz;
    real += sample * Math.cos(turn);
    imaginary += sample * Math.sin(turn);
  });
  return (2 * Math.hypot(real, imaginary)) / samples.length;
}

export function signalToNoiseDb(signal: ArrayLike<number>, heard: ArrayLike<number>): number {
  let power = 0;
  let noise = 1e-9;
  for (let index = 0; index < signal.length; index += 1) {
    power += signal[index]! ** 2;
    noise += (signal[index]! - heard[index]!) ** 2;
  }
  return 10 * Math.log10(power / noise);
}

export function inFrames(samples: Int16Array, length: number): readonly Int16Array[] {
  return Array.from({ length: Math.floor(samples.length / length) }, (_, index) =>
    samples.slice(index * length, (index + 1) * length),
  );
}

export function joined(frames: readonly Int16Array[]): Int16Array {
  return Int16Array.from(frames.flatMap((frame) => [...frame]));
}
