import { backgroundLevel } from './background-level.ts';
import { isKeypadTone } from './dual-tone.ts';
import { echoGuard } from './echo-guard.ts';
import { meanSquare } from './level.ts';
import { lineSpectrum, type SoundShape } from './line-spectrum.ts';
import { musicDetector } from './music-detector.ts';

/** `tone` is a key of the keypad; other tones hold their notes as music does. */
export type SoundKind = 'voice' | 'echo' | 'tone' | 'music' | 'background' | 'silence';

export interface SoundJudge {
  /** 20 ms at 8 kHz of what the caller hears of us; undefined for silence. */
  played(frame: Float64Array | undefined): void;
  /** What 20 ms at 8 kHz from the caller's side are; undefined for silence. The frame must stay as it is until the next one. */
  judge(frame: Float64Array | undefined): SoundKind;
}

/** Nothing to hear. */
const SILENT_DBFS = -60;
/** Softer sounds are not looked at closely. */
const LOOKED_AT_DBFS = -50;
/** What is left of an echo when the expected one has been taken away is softer than it by at least this much. */
const ECHO_LEFT = 10 ** (-10 / 10);
/** A click of the line has most of its energy in one of the eight parts of a frame; a voice opens its throat more often. */
const CLICK_PARTS = 8;
const CLICK_SHARE = 0.75;
/** A voice repeats itself, noise does not: the mean over the last frames. The first frames of a word may be anything. */
const PERIODIC = 0.42;
const NOISE_FRAMES = 5;
/** A hiss this bright begins a word ("stop"); noise of a line is duller, and longer. */
const BRIGHT_HZ = 2_500;
const BRIGHT_FRAMES_MAX = 8;
/** A word that has begun with so many frames may close the mouth ("actually") until so many have passed. */
const CLOSING_FROM_FRAMES = 5;
const CLOSED_UNTIL_FRAMES = 7;
/** Softer than this is nobody who speaks into a telephone, but people at other tables, unless it is clearly one voice alone, or a hiss. */
const NEAR_DBFS = -34;
const NEAR_ALONE_DBFS = -41;
const NEAR_HISS_DBFS = -50;
/** What is softer is near in no case, whatever its spectrum. */
const NEAREST_DBFS = Math.min(NEAR_DBFS, NEAR_ALONE_DBFS, NEAR_HISS_DBFS);
/** The mean of so many frames is compared. */
const LASTING_FRAMES = 3;
/** One frame may be softer than the last few together by this much: not a click that is over. */
const DIP_DB = 5;
/** Several voices at once hide each other's pitch. */
const ALONE = 0.8;

/**
 * Whether a frame is the caller's voice, or what it is instead. `soundsLikeVoice` is the first, cheap judge; it hears every frame, in order,
 * undefined for silence.
 */
export function soundJudge(soundsLikeVoice: (samples: Float64Array | undefined) => boolean): SoundJudge {
  const echo = echoGuard();
  const background = backgroundLevel();
  const spectrum = lineSpectrum();
  const music = musicDetector();
  const powers = new Float64Array(LASTING_FRAMES);
  let run = 0;
  let voices = 0;
  const periods = new Float64Array(NOISE_FRAMES);

  function isNoise(shape: SoundShape): boolean {
    run += 1;
    shiftIn(periods, shape.periodicity);
    if (run <= NOISE_FRAMES || sumOf(periods) > PERIODIC * NOISE_FRAMES) return false;
    return !(shape.brightnessHz > BRIGHT_HZ && run <= BRIGHT_FRAMES_MAX);
  }

  function notVoice(kind: SoundKind, levelDbfs: number): SoundKind {
    run = 0;
    voices = 0;
    if (kind === 'background' || kind === 'silence') {
      background.note(levelDbfs);
      echo.learn();
    }
    return kind;
  }

  return {
    played: (frame) => echo.played(frame),
    judge(frame) {
      const samples = echo.subtract(frame);
      const { echoPower } = echo;
      const power = samples === undefined ? 0 : meanSquare(samples);
      shiftIn(powers, power);
      const levelDbfs = dbfs(power);
      const lastingDbfs = Math.min(dbfs(sumOf(powers) / LASTING_FRAMES), levelDbfs + DIP_DB);
      const alike = soundsLikeVoice(samples);
      const mayBeNear = levelDbfs > LOOKED_AT_DBFS && lastingDbfs >= Math.max(background.gateDbfs, NEAREST_DBFS);
      const shape = spectrum.push(samples, mayBeNear ? 'look' : 'pass-over');
      const near = shape !== undefined && lastingDbfs >= Math.max(background.gateDbfs, nearDbfs(shape));
      const isMusic = music.judge(near ? shape : undefined);
      if (echoPower > 0 && power < ECHO_LEFT * echoPower) {
        echo.learn();
        return notVoice('echo', levelDbfs);
      }
      if (!near && voices >= CLOSING_FROM_FRAMES && voices < CLOSED_UNTIL_FRAMES) {
        voices += 1;
        return 'voice';
      }
      if (levelDbfs < SILENT_DBFS) return notVoice('silence', levelDbfs);
      if (samples === undefined || !near || !alike) return notVoice('background', levelDbfs);
      if (isClick(samples, power)) return notVoice('background', levelDbfs);
      if (isKeypadTone(samples)) return notVoice('tone', levelDbfs);
      if (echo.explains()) return notVoice('echo', levelDbfs);
      if (isNoise(shape)) {
        voices = 0;
        background.note(levelDbfs);
        return 'background';
      }
      if (isMusic) {
        voices = 0;
        return 'music';
      }
      voices += 1;
      return 'voice';
    },
  };
}

function nearDbfs({ brightnessHz, periodicity }: SoundShape): number {
  return brightnessHz > BRIGHT_HZ ? NEAR_HISS_DBFS : periodicity > ALONE ? NEAR_ALONE_DBFS : NEAR_DBFS;
}

function isClick(samples: Float64Array, power: number): boolean {
  const length = samples.length / CLICK_PARTS;
  for (let part = 0; part < CLICK_PARTS; part += 1) {
    let sum = 0;
    for (let at = part * length; at < (part + 1) * length; at += 1) sum += (samples[at] ?? 0) ** 2;
    if (sum > CLICK_SHARE * power * samples.length) return true;
  }
  return false;
}

/** The oldest value, the first, makes room. */
function shiftIn(values: Float64Array, value: number): void {
  for (let at = 1; at < values.length; at += 1) values[at - 1] = values[at] ?? 0;
  values[values.length - 1] = value;
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < values.length; at += 1) sum += values[at] ?? 0;
  return sum;
}

function dbfs(power: number): number {
  return power <= 0 ? -96 : Math.max(-96, 10 * Math.log10(power / 32_768 ** 2));
}
