import { ECHO_MAX_MS, type SoundHistory } from './echo-reference.ts';
import { realFourier } from './fourier.ts';
import { meanSquare } from './level.ts';

export interface EchoMatch {
  /** Position in what was played, less the position in what is heard, at 8 kHz. */
  readonly offset: number;
  /** How alike the two are there, 0 to 1. */
  readonly likeness: number;
}

/** All lengths at 4 kHz. The window: long enough that two voices are seldom alike by chance, short enough to be full of a word soon. */
const WINDOW = 320;
const LAGS = (ECHO_MAX_MS * 4_000) / 1000;
const BLOCK = 1_024;
/** Lags that one block of what was played covers. */
const LAGS_PER_BLOCK = BLOCK - WINDOW + 1;
const BLOCKS = Math.ceil(LAGS / LAGS_PER_BLOCK);
/** A played stretch softer than this (mean square of 16 bit samples) gives no echo that matters, and rounding errors look alike. */
const PLAYED_MIN_POWER = 100;

const fourier = realFourier(BLOCK);

/** Scratch space of one search; searches follow each other, so all calls share it. */
const window = new Float64Array(BLOCK);
const windowRe = new Float64Array(BLOCK / 2 + 1);
const windowIm = new Float64Array(BLOCK / 2 + 1);
const block = new Float64Array(BLOCK);
const re = new Float64Array(BLOCK / 2 + 1);
const im = new Float64Array(BLOCK / 2 + 1);
const recent = new Float64Array(WINDOW);
const past = new Float64Array(LAGS_PER_BLOCK * BLOCKS + WINDOW);

/** Correlation of the window with each stretch of the block, in `block`. */
function correlate(from: number): void {
  for (let at = 0; at < BLOCK; at += 1) block[at] = past[from + at] ?? 0;
  fourier.forward(block, re, im);
  for (let k = 0; k <= BLOCK / 2; k += 1) {
    const a = re[k] ?? 0;
    const b = im[k] ?? 0;
    const c = windowRe[k] ?? 0;
    const d = windowIm[k] ?? 0;
    re[k] = a * c + b * d;
    im[k] = b * c - a * d;
  }
  fourier.inverse(re, im, block);
}

/**
 * Looks for the last 80 ms of what is heard in the last 700 ms of what was played: cross-correlation by Fourier transform, at 4 kHz. Some tens of
 * microseconds, so it is for frames that nothing else explains.
 */
export function echoSearch(played: SoundHistory, heard: SoundHistory): () => EchoMatch | undefined {
  return () => {
    const heardEnd = heard.written >> 1;
    const playedEnd = played.written >> 1;
    heard.copyCoarse(heardEnd - WINDOW, recent);
    window.set(recent);
    const heardPower = meanSquare(recent) * WINDOW;
    if (heardPower === 0) return undefined;
    fourier.forward(window, windowRe, windowIm);
    const start = playedEnd - past.length;
    played.copyCoarse(start, past);
    let best = 0;
    let bestAt = 0;
    for (let blockAt = 0; blockAt + WINDOW < past.length; blockAt += LAGS_PER_BLOCK) {
      let playedPower = 0;
      for (let at = 0; at < WINDOW; at += 1) playedPower += (past[blockAt + at] ?? 0) ** 2;
      let correlated = false;
      for (let at = 0; at < LAGS_PER_BLOCK; at += 1) {
        if (playedPower > PLAYED_MIN_POWER * WINDOW) {
          if (!correlated) correlate(blockAt);
          correlated = true;
          const product = block[at] ?? 0;
          // Squares keep the order, and the sign does not matter: a hybrid may turn the wave around.
          if (product * product > best * playedPower) {
            best = (product * product) / playedPower;
            bestAt = blockAt + at;
          }
        }
        const leaving = past[blockAt + at] ?? 0;
        const entering = past[blockAt + at + WINDOW] ?? 0;
        playedPower += entering * entering - leaving * leaving;
      }
    }
    if (best === 0) return undefined;
    const offset = 2 * (start + bestAt - (heardEnd - WINDOW));
    return { offset, likeness: Math.min(1, Math.sqrt(best / heardPower)) };
  };
}
