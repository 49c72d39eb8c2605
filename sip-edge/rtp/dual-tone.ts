/** DTMF as sound (ITU-T Q.23), for a peer that takes no telephone events. */
import type { Tone } from '../leg.ts';

const ROWS_HZ = [697, 770, 852, 941];
const COLUMNS_HZ = [1209, 1336, 1477, 1633];
const KEYPAD = '123A456B789C*0#D';
const SAMPLE_RATE_HZ = 16_000;
/** Each of the two; together below full scale. */
const AMPLITUDE = 7000;
const TONE_FRAMES = 6;
const PAUSE_FRAMES = 4;
const SAMPLES_PER_FRAME = 320;

/** 120 ms of tone and 80 ms of pause as 20 ms frames at 16 kHz. */
export function dualToneFrames(tone: Tone): readonly Int16Array[] {
  const key = KEYPAD.indexOf(tone);
  const row = ROWS_HZ[key >> 2] ?? 0;
  const column = COLUMNS_HZ[key & 3] ?? 0;
  const sample = (at: number): number => {
    const turn = (2 * Math.PI * at) / SAMPLE_RATE_HZ;
    return Math.round(AMPLITUDE * (Math.sin(row * turn) + Math.sin(column * turn)));
  };
  const sounding = Array.from({ length: TONE_FRAMES }, (_, frame) =>
    Int16Array.from({ length: SAMPLES_PER_FRAME }, (_sample, index) => sample(frame * SAMPLES_PER_FRAME + index)),
  );
  return [...sounding, ...Array.from({ length: PAUSE_FRAMES }, () => new Int16Array(SAMPLES_PER_FRAME))];
}
