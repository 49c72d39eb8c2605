import { SAMPLE_RATE_HZ } from '#core/audio/pcm';
import { asPcm, joined, samplesIn, silence } from './levels.ts';
import { DRUMS, INSTRUMENTS, playDrum, playNote, type DrumName, type InstrumentName } from './instruments.ts';
import { seededRandom, type SeededRandom } from './seeded-random.ts';
import { throughTelephone } from './telephone-line.ts';

interface Piece {
  readonly beatsPerMinute: number;
  readonly chords: InstrumentName;
  readonly melody: InstrumentName | undefined;
  readonly bass: InstrumentName | undefined;
  readonly drums: boolean;
  /** Semitones above A at 110 Hz. */
  readonly key: number;
}

/** Slow strings, a piano, a band with drums, bossa nova, an organ, a music box, a lonely flute over a pad, marimba. */
const PIECES: readonly Piece[] = [
  { beatsPerMinute: 66, chords: 'strings', melody: 'violin', bass: undefined, drums: false, key: 3 },
  { beatsPerMinute: 92, chords: 'piano', melody: 'piano', bass: undefined, drums: false, key: 0 },
  { beatsPerMinute: 118, chords: 'organ', melody: 'clarinet', bass: 'bass', drums: true, key: 5 },
  { beatsPerMinute: 132, chords: 'piano', melody: 'flute', bass: 'bass', drums: true, key: 8 },
  { beatsPerMinute: 76, chords: 'organ', melody: undefined, bass: 'organ', drums: false, key: 10 },
  { beatsPerMinute: 104, chords: 'chimes', melody: 'chimes', bass: undefined, drums: false, key: 7 },
  { beatsPerMinute: 58, chords: 'strings', melody: 'flute', bass: 'bass', drums: false, key: 1 },
  { beatsPerMinute: 145, chords: 'marimba', melody: 'clarinet', bass: 'bass', drums: true, key: 6 },
];
export const MUSIC_PIECES = PIECES.length;

export interface MusicOnHoldOptions {
  readonly seconds: number;
  /** Root mean square of each piece. */
  readonly levelDbfs: number;
  readonly seed: number;
  /** From 0; all of them in turn, 20 s each with a short gap, when not said. */
  readonly piece?: number;
  /** `telephone`: through 8 kHz mu-law. */
  readonly line?: 'wideband' | 'telephone';
}

export function musicOnHold({ seconds, levelDbfs, seed, piece, line = 'telephone' }: MusicOnHoldOptions): Int16Array {
  const random = seededRandom(seed);
  const parts: Int16Array[] = [];
  for (let done = 0, next = piece ?? 0; done < seconds; next += 1) {
    const length = piece === undefined ? Math.min(20, seconds - done) : seconds;
    const chosen = PIECES[next % PIECES.length];
    if (chosen === undefined) throw new Error(`No piece ${next}`);
    const gap = Math.min(length, piece === undefined ? 0.4 : 0);
    parts.push(asPcm(play(chosen, length - gap, random), levelDbfs), silence(gap));
    done += length;
  }
  const pcm = joined(...parts);
  return line === 'telephone' ? throughTelephone(pcm) : pcm;
}

/** Degrees of the major scale, and chords as degrees. */
const SCALE = [0, 2, 4, 5, 7, 9, 11];
const PROGRESSIONS = [
  [0, 4, 5, 3],
  [0, 5, 1, 4],
  [0, 3, 0, 4],
  [5, 3, 0, 4],
];
const BEATS_PER_BAR = 4;
const RHYTHMS = [[1, 1, 1, 1], [2, 1, 1], [1.5, 0.5, 1, 1], [0.5, 0.5, 1, 0.5, 0.5, 1], [4], [1, 3]];

function play(piece: Piece, seconds: number, random: SeededRandom): Float64Array {
  const out = new Float64Array(samplesIn(seconds));
  const beat = 60 / piece.beatsPerMinute;
  const progression = random.pick(PROGRESSIONS);
  let degree = 7;
  for (let bar = 0; bar * BEATS_PER_BAR * beat < seconds; bar += 1) {
    const start = bar * BEATS_PER_BAR * beat;
    const root = progression[bar % progression.length] ?? 0;
    const note = (instrument: InstrumentName, scaleDegree: number, octave: number, at: number, beats: number): void =>
      playNote(out, INSTRUMENTS[instrument], {
        hz: hertz(piece.key, scaleDegree, octave),
        atSample: samplesIn(start + at * beat),
        samples: samplesIn(beats * beat),
        phase: random.next(),
      });
    for (const third of [0, 2, 4]) note(piece.chords, root + third, 1, 0, BEATS_PER_BAR);
    if (piece.bass !== undefined) {
      note(piece.bass, root, 0, 0, 2);
      note(piece.bass, root + 4, 0, 2, 2);
    }
    let at = 0;
    for (const beats of random.pick(RHYTHMS)) {
      degree = Math.max(3, Math.min(14, degree + random.pick([-3, -2, -1, -1, 0, 1, 1, 2, 3])));
      if (piece.melody !== undefined && random.next() < 0.9) note(piece.melody, degree, 1, at, beats);
      at += beats;
    }
    if (piece.drums) drumBar(out, start, beat, random);
  }
  return out;
}

function drumBar(out: Float64Array, start: number, beat: number, random: SeededRandom): void {
  const hit = (drum: DrumName, at: number): void => playDrum(out, DRUMS[drum], samplesIn(start + at * beat), random);
  for (let eighth = 0; eighth < 2 * BEATS_PER_BAR; eighth += 1) hit('hat', eighth / 2);
  hit('kick', 0);
  hit('kick', 2);
  hit('snare', 1);
  hit('snare', 3);
  if (random.next() < 0.4) hit('kick', 2.5);
}

function hertz(key: number, scaleDegree: number, octave: number): number {
  const octaves = octave + Math.floor(scaleDegree / SCALE.length);
  const semitones = key + (SCALE[((scaleDegree % SCALE.length) + SCALE.length) % SCALE.length] ?? 0);
  return 110 * 2 ** (octaves + semitones / 12);
}

/** For who wants one note alone: `hz` for `seconds`, as an instrument plays it. */
export function heldNote(instrument: InstrumentName, hz: number, seconds: number, levelDbfs: number): Int16Array {
  const out = new Float64Array(seconds * SAMPLE_RATE_HZ);
  playNote(out, INSTRUMENTS[instrument], { hz, atSample: 0, samples: out.length, phase: 0 });
  return asPcm(out, levelDbfs);
}
