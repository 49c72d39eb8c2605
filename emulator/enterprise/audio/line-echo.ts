import { FRAME_MS, FRAME_SAMPLES } from './resample.ts';

/** How a line sends back what its telephone hears: a hybrid, or a loudspeaker near the microphone. */
export interface LineEcho {
  /** Relative to what is heard: -6 is loud, -30 hardly to be heard. */
  readonly levelDb: number;
  readonly delayMs: number;
}

const FULL_SCALE = 32_767;

/** Gives, for each frame heard, what of earlier ones comes back in it, mixed under what is said. */
export function lineEcho({ levelDb, delayMs }: LineEcho): (heard: Int16Array, said: Int16Array) => Int16Array {
  const gain = 10 ** (levelDb / 20);
  const frames = Math.max(1, Math.round(delayMs / FRAME_MS));
  const onTheWay: Int16Array[] = Array.from({ length: frames }, () => new Int16Array(FRAME_SAMPLES));
  return (heard, said) => {
    onTheWay.push(heard);
    const back = onTheWay.shift();
    return said.map((sample, index) =>
      Math.max(-FULL_SCALE, Math.min(FULL_SCALE, Math.round(sample + gain * (back?.[index] ?? 0)))),
    );
  };
}
