const TELEPHONE_RATE_HZ = 8_000;

/** A sine at half scale, 8 kHz. */
export function toneOf(frequencyHz: number, durationMs: number): Int16Array {
  const length = (durationMs * TELEPHONE_RATE_HZ) / 1_000;
  return Int16Array.from({ length }, (_, index) =>
    Math.round(16_000 * Math.sin((2 * Math.PI * frequencyHz * index) / TELEPHONE_RATE_HZ)),
  );
}

/** 50 ms: short enough that a lost or late frame spoils one window, not the measurement. */
const WINDOW_SAMPLES = 400;

/** The share of the loud windows' energy that one frequency holds, 0 to 1: a pure tone gives nearly 1, silence 0. */
export function toneShare(samples: Int16Array, frequencyHz: number): number {
  const shares: number[] = [];
  for (let start = 0; start + WINDOW_SAMPLES <= samples.length; start += WINDOW_SAMPLES) {
    const window = samples.subarray(start, start + WINDOW_SAMPLES);
    if (window.some((sample) => Math.abs(sample) > 4_000)) shares.push(shareInWindow(window, frequencyHz));
  }
  const sorted = shares.sort((one, other) => one - other);
  return sorted[sorted.length >> 1] ?? 0;
}

function shareInWindow(window: Int16Array, frequencyHz: number): number {
  let [real, imaginary, energy] = [0, 0, 0];
  window.forEach((sample, index) => {
    const angle = (2 * Math.PI * frequencyHz * index) / TELEPHONE_RATE_HZ;
    real += sample * Math.cos(angle);
    imaginary += sample * Math.sin(angle);
    energy += sample * sample;
  });
  return (2 * (real ** 2 + imaginary ** 2)) / (window.length * energy);
}
