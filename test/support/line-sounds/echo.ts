import { SAMPLE_RATE_HZ } from '#core/audio/pcm';
import { throughTelephone } from './telephone-line.ts';

export interface EchoOptions {
  /** Of the echo relative to what was said: -6 is loud, -30 hardly there. */
  readonly levelDb: number;
  readonly delayMs: number;
  /** A short impulse response at 16 kHz, scaled to keep the level of white noise; one of `ECHO_COLOURS`, or none for a plain copy. */
  readonly colour?: readonly number[];
}

/** What comes back of `pcm`, as long as `pcm`: late, softer, coloured, over the telephone line there and back. Mix line noise in besides. */
export function echoOf(pcm: Int16Array, { levelDb, delayMs, colour = [1] }: EchoOptions): Int16Array {
  const delay = Math.round((delayMs * SAMPLE_RATE_HZ) / 1000);
  const energy = Math.sqrt(colour.reduce((sum, tap) => sum + tap * tap, 0));
  const taps = colour.map((tap) => (tap * 10 ** (levelDb / 20)) / energy);
  const late = new Int16Array(pcm.length);
  for (let at = delay; at < late.length; at += 1) {
    let sum = 0;
    for (let tap = 0; tap < taps.length; tap += 1) sum += (taps[tap] ?? 0) * (pcm[at - delay - tap] ?? 0);
    late[at] = Math.max(-32_768, Math.min(32_767, Math.round(sum)));
  }
  return throughTelephone(late);
}

/** A dull earpiece, a hybrid that rings, a table that reflects 2 ms later. */
export const ECHO_COLOURS: readonly (readonly number[])[] = [
  [0.3, 0.5, 0.35, 0.15, 0.05],
  Array.from({ length: 40 }, (_, n) => Math.exp(-n / 9) * Math.cos(0.7 * n)),
  Array.from({ length: 48 }, (_, n) => (n === 0 ? 1 : n === 32 ? -0.5 : n === 47 ? 0.25 : 0)),
];
