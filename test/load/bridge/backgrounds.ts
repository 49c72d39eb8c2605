import { babble, NORMAL_SPEECH_DBFS } from '../../support/line-sounds/babble.ts';
import { ECHO_COLOURS, echoOf } from '../../support/line-sounds/echo.ts';
import { keypadTones } from '../../support/line-sounds/keypad-tones.ts';
import { lineNoise, NOISE_KINDS } from '../../support/line-sounds/line-noise.ts';
import { MUSIC_PIECES, musicOnHold } from '../../support/line-sounds/music-on-hold.ts';
import { seededRandom } from '../../support/line-sounds/seeded-random.ts';
import { FRAME_MS } from '../services/marks.ts';
import type { Background } from './caller.ts';
import { audioMessages } from './frames.ts';

/** Sounds on a caller's line that are nobody speaking to the agent. */
export const BACKGROUND_KINDS = ['line noise', 'babble at -20 dB', 'music on hold', 'echo', 'keypad tones'] as const;
export type BackgroundKind = (typeof BACKGROUND_KINDS)[number];

/** Of each sound, played again and again: callers share the sounds and begin at other places. */
const SOUND_SECONDS = 30;
const VARIANTS = 5;
const BABBLE_BELOW_SPEECH_DB = 20;
const NOISE_DBFS = [-60, -50, -45, -40, -35];
const MUSIC_DBFS = [-18, -22, -26, -30, -20];
const TONES_DBFS = [-6, -9, -12, -15, -18];
const ECHO_DB = [-6, -12, -18, -24, -30];
/** Whole frames and half a frame, each of them. */
const ECHO_DELAY_MS = [50, 130, 210, 290, 390];
const HALF_FRAME_MS = FRAME_MS / 2;

export interface LineSound {
  readonly kind: BackgroundKind;
  /** Which of the kind: a level, and for echo a delay. */
  readonly variant: string;
  readonly background: Background;
}

/** A background for each of so many callers, all kinds alike often. `voice` is what the agent sounds like. */
export function makeBackgrounds(voice: Int16Array, callers: number): LineSound[] {
  const sounds = new Map(BACKGROUND_KINDS.map((kind) => [kind, soundsOf(kind, voice)] as const));
  return Array.from({ length: callers }, (_, caller) => {
    const kind = BACKGROUND_KINDS[caller % BACKGROUND_KINDS.length] ?? 'line noise';
    const turn = Math.floor(caller / BACKGROUND_KINDS.length);
    const messages = sounds.get(kind)?.[turn % VARIANTS] ?? [];
    if (kind !== 'echo') return { kind, variant: `no. ${(turn % VARIANTS) + 1}`, background: loop(messages, caller) };
    const variant = `${ECHO_DB[turn % VARIANTS] ?? 0} dB after ${delayMsOf(turn)} ms`;
    return { kind, variant, background: echo(messages, Math.floor(delayMsOf(turn) / FRAME_MS)) };
  });
}

function soundsOf(kind: BackgroundKind, voice: Int16Array): Buffer[][] {
  return Array.from({ length: VARIANTS }, (_, variant) => audioMessages(soundOf(kind, variant, voice)));
}

function soundOf(kind: BackgroundKind, variant: number, voice: Int16Array): Int16Array {
  const common = { seconds: SOUND_SECONDS, seed: variant + 1 };
  switch (kind) {
    case 'line noise':
      return lineNoise({
        ...common,
        levelDbfs: NOISE_DBFS[variant] ?? -40,
        kind: NOISE_KINDS[variant % NOISE_KINDS.length] ?? 'white',
      });
    case 'babble at -20 dB':
      return babble({ ...common, levelDbfs: NORMAL_SPEECH_DBFS - BABBLE_BELOW_SPEECH_DB });
    case 'music on hold':
      return musicOnHold({ ...common, levelDbfs: MUSIC_DBFS[variant] ?? -20, piece: variant % MUSIC_PIECES });
    case 'keypad tones':
      return keypadTones({ ...common, levelDbfs: TONES_DBFS[variant] ?? -12 });
    case 'echo': {
      // The whole frames of the delay are made while it plays.
      const colour = ECHO_COLOURS[variant % ECHO_COLOURS.length] ?? [1];
      return echoOf(voice, { levelDb: ECHO_DB[variant] ?? -12, delayMs: HALF_FRAME_MS, colour });
    }
  }
}

/** Levels and delays are not tied to each other: callers go through the levels first. */
function delayMsOf(turn: number): number {
  return ECHO_DELAY_MS[(turn + Math.floor(turn / VARIANTS)) % ECHO_DELAY_MS.length] ?? 0;
}

function loop(messages: readonly Buffer[], seed: number): Background {
  let at = Math.floor(seededRandom(seed).between(0, messages.length));
  return () => {
    at = (at + 1) % messages.length;
    return messages[at];
  };
}

/** What the caller's telephone plays comes back, so many frames later. */
function echo(messages: readonly Buffer[], delay: number): Background {
  const played: (number | undefined)[] = Array.from({ length: delay }, () => undefined);
  return (place) => {
    played.push(place);
    const back = played.shift();
    return back === undefined ? undefined : messages[back % messages.length];
  };
}
