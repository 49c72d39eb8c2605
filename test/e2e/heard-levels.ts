import { levelDbfs } from '#core/audio/level';

/** 20 ms at 8 kHz. */
const FRAME_SAMPLES = 160;
const HEADER_BYTES = 44;
/** A phone line's speech is far above, its silence far below. */
const VOICE_MIN_DBFS = -45;

type Level = 'voice' | 'silence';

export interface Levels {
  /** What the caller said, frame by frame. */
  readonly said: readonly Level[];
  /** What came out of the caller's handset. */
  readonly heard: readonly Level[];
}

/** Of a stereo recording of a handset: left its mouth, right its ear. */
export function heardLevels(wav: Buffer): Levels {
  const samples = new Int16Array(wav.buffer.slice(wav.byteOffset + HEADER_BYTES, wav.byteOffset + wav.byteLength));
  const channel = (offset: number): Level[] => {
    const frames = Math.floor(samples.length / 2 / FRAME_SAMPLES);
    return Array.from({ length: frames }, (_, frame) => {
      const pcm = Int16Array.from(
        { length: FRAME_SAMPLES },
        (_unused, index) => samples[(frame * FRAME_SAMPLES + index) * 2 + offset] ?? 0,
      );
      return levelDbfs(pcm) > VOICE_MIN_DBFS ? 'voice' : 'silence';
    });
  };
  return { said: channel(0), heard: channel(1) };
}

/** Lengths in frames of the stretches between two words of the agent in which nobody spoke: neither before the first word, nor after the last. */
export function silences({ said, heard }: Levels): readonly number[] {
  const lengths: number[] = [];
  let length: number | undefined;
  for (const [frame, level] of heard.entries()) {
    if (level === 'voice') {
      if (length !== undefined && length > 0) lengths.push(length);
      length = 0;
    } else if (said[frame] === 'voice') length = length === undefined ? undefined : 0;
    else if (length !== undefined) length += 1;
  }
  return lengths;
}

/** One character a tenth of a second, for people: the caller above, the agent below. */
export function drawn({ said, heard }: Levels): string {
  const FRAMES = 5;
  const row = (levels: readonly Level[]): string =>
    Array.from({ length: Math.ceil(levels.length / FRAMES) }, (_, index) =>
      levels.slice(index * FRAMES, (index + 1) * FRAMES).includes('voice') ? '#' : '.',
    ).join('');
  return `caller ${row(said)}\nagent  ${row(heard)}`;
}
