import { mulaw } from 'alawmulaw';

/** What a phone line does to 16 kHz speech: 8 kHz, µ-law, back; with noise and lost 20 ms packets when asked. Same input, same output. */
export function throughTheTelephone(
  speech: Int16Array,
  damage: { readonly noise?: number; readonly lossPercent?: number } = {},
): Int16Array {
  const narrow = Int16Array.from({ length: speech.length >> 1 }, (_, i) => {
    return ((speech[2 * i - 1] ?? 0) + 2 * (speech[2 * i] ?? 0) + (speech[2 * i + 1] ?? 0)) / 4;
  });
  const line = mulaw.decode(mulaw.encode(narrow));
  const random = pseudoRandom();
  const packetSamples = 160;
  for (let at = 0; at < line.length; at += packetSamples) {
    if (random() * 100 < (damage.lossPercent ?? 0)) line.fill(0, at, at + packetSamples);
  }
  return Int16Array.from({ length: line.length * 2 }, (_, i) => {
    const sample = ((line[i >> 1] ?? 0) + (line[(i + 1) >> 1] ?? 0)) / 2;
    return sample + (random() - 0.5) * 2 * (damage.noise ?? 0);
  });
}

function pseudoRandom(): () => number {
  let state = 7;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}
