import { describe, expect, it } from 'vitest';
import { HALF_RATE_FRAME } from '#core/audio/half-rate';
import { loadFvad } from '../../../../media-bridge/audio/fvad.ts';
import { fvadDetectors, SETTLED_FRAMES } from '../../../../media-bridge/audio/voice-detector.ts';
import { babble, NORMAL_SPEECH_DBFS } from '../../../support/line-sounds/babble.ts';
import { ECHO_COLOURS, echoOf } from '../../../support/line-sounds/echo.ts';
import { keypadTones } from '../../../support/line-sounds/keypad-tones.ts';
import { atLevel, joined, mixed, silence } from '../../../support/line-sounds/levels.ts';
import { lineNoise, NOISE_KINDS } from '../../../support/line-sounds/line-noise.ts';
import { interruptionsMs, listen, type Heard } from '../../../support/line-sounds/listen.ts';
import { heldNote, MUSIC_PIECES, musicOnHold } from '../../../support/line-sounds/music-on-hold.ts';
import { say, talk } from '../../../support/line-sounds/speech.ts';
import { throughTelephone } from '../../../support/line-sounds/telephone-line.ts';

const SECONDS = 8;
const detectors = await fvadDetectors();
const agent = talk({ seconds: SECONDS, levelDbfs: -18, seed: 2, voice: 'slt', pauseMax: 0.2 });
const quiet = (seconds: number): Int16Array => lineNoise({ seconds, levelDbfs: -60, seed: 1 });
const people = throughTelephone(babble({ seconds: SECONDS, levelDbfs: NORMAL_SPEECH_DBFS - 20, seed: 4 }));

function hear(line: Int16Array, played?: Int16Array): Heard {
  const detector = detectors();
  const heard = listen(detector, line, played);
  detector.close();
  return heard;
}

const share = ({ kinds }: Heard, kind: Heard['kinds'][number]): number =>
  kinds.filter((one) => one === kind).length / kinds.length;

/** Three seconds of nothing, then these words, over whatever else is on the line. */
function wordsAfterThreeSeconds(words: string, levelDbfs: number, under = silence(SECONDS)): Int16Array {
  const spoken = atLevel(throughTelephone(say(words, 'rms')), levelDbfs);
  return mixed(joined(silence(3), spoken, silence(1)), quiet(SECONDS), under);
}

describe('a caller', () => {
  it.each(['Yes.', 'No, wait.', 'Operator.', 'I want to ask something else.', 'Hold on a second.'])(
    'interrupts by saying "%s"',
    (words) => {
      expect(interruptionsMs(hear(wordsAfterThreeSeconds(words, -20)))[0]).toBeLessThan(3_000 + 400);
    },
  );

  it.each([-12, -20, -30, -36])('is heard at %i dBFS', (levelDbfs) => {
    const [atMs] = interruptionsMs(hear(wordsAfterThreeSeconds('I want to talk to a person.', levelDbfs)));
    expect(atMs).toBeGreaterThan(3_000);
    expect(atMs).toBeLessThan(4_000);
  });

  it('is heard over the agent, on a line without echo', () => {
    const heard = hear(wordsAfterThreeSeconds('No, that is not what I meant.', -20), agent);
    expect(interruptionsMs(heard)[0]).toBeLessThan(3_350);
    expect(share(heard, 'echo')).toBeLessThan(0.02);
  });

  it.each([
    [-6, 60],
    [-12, 180],
    [-20, 400],
  ])('is heard over the agent’s echo of %i dB, %i ms late', (levelDb, delayMs) => {
    const echo = echoOf(agent, { levelDb, delayMs });
    const times = interruptionsMs(hear(wordsAfterThreeSeconds('No, that is not what I meant.', -20, echo), agent));
    expect(times[0]).toBeGreaterThan(3_000);
    expect(times[0]).toBeLessThan(3_350);
  });

  it.each([
    ['noise', lineNoise({ seconds: SECONDS, levelDbfs: -40, seed: 3 })],
    ['a hum', lineNoise({ seconds: SECONDS, levelDbfs: -40, seed: 3, kind: 'hum' })],
    ['people in the background', people],
  ])('is heard over %s', (_, under) => {
    const times = interruptionsMs(hear(wordsAfterThreeSeconds('I want to talk to a person.', -18, under)));
    expect(times[0]).toBeGreaterThan(3_000);
    expect(times[0]).toBeLessThan(3_500);
  });

  it('is heard again after music, and over music that is softer', () => {
    const words = atLevel(throughTelephone(say('Hello, I am back now, can you hear me?', 'rms')), -18);
    const music = (seconds: number): Int16Array => musicOnHold({ seconds, levelDbfs: -24, seed: 3, piece: 1 });
    const after = interruptionsMs(hear(mixed(joined(music(4), silence(0.5), words), quiet(8))));
    expect(after[0]).toBeGreaterThan(4_500);
    expect(after[0]).toBeLessThan(5_500);
    const over = interruptionsMs(hear(mixed(joined(silence(4), words), music(8))));
    expect(over[0]).toBeGreaterThan(4_000);
    expect(over[0]).toBeLessThan(6_000);
  });
});

describe('nobody', () => {
  it.each(NOISE_KINDS.flatMap((kind) => [-50, -40, -30].map((levelDbfs) => [kind, levelDbfs] as const)))(
    'interrupts by %s noise at %i dBFS',
    (kind, levelDbfs) => {
      expect(interruptionsMs(hear(lineNoise({ seconds: SECONDS, levelDbfs, seed: 5, kind })))).toEqual([]);
    },
  );

  it('interrupts by talking at another table', () => {
    expect(interruptionsMs(hear(mixed(people, quiet(SECONDS))))).toEqual([]);
  });

  it.each(Array.from({ length: MUSIC_PIECES }, (_, piece) => piece))(
    'interrupts by music on hold: piece %i',
    (piece) => {
      const heard = hear(musicOnHold({ seconds: SECONDS, levelDbfs: -20, seed: 4, piece }));
      expect(interruptionsMs(heard)).toEqual([]);
      expect(share(heard, 'voice')).toBeLessThan(0.05);
    },
  );

  it.each([440, 1_100, 2_100])('interrupts by a held tone of %i Hz', (hz) => {
    expect(interruptionsMs(hear(mixed(heldNote('organ', hz, 3, -15), quiet(3))))).toEqual([]);
  });

  it('interrupts by pressing keys, which are told apart as such', () => {
    const heard = hear(throughTelephone(keypadTones({ seconds: SECONDS, levelDbfs: -12, seed: 6 })));
    expect(interruptionsMs(heard)).toEqual([]);
    expect(share(heard, 'tone')).toBeGreaterThan(0.2);
  });

  it.each([
    [-6, 50, undefined],
    [-12, 180, ECHO_COLOURS[0]],
    [-12, 230, ECHO_COLOURS[1]],
    [-20, 400, ECHO_COLOURS[2]],
    [-30, 120, undefined],
  ])('interrupts when the agent comes back at %i dB, %i ms late', (levelDb, delayMs, colour) => {
    const echo = echoOf(agent, { levelDb, delayMs, ...(colour === undefined ? {} : { colour }) });
    expect(interruptionsMs(hear(mixed(echo, quiet(SECONDS)), agent))).toEqual([]);
  });

  it('interrupts when the echo takes another way in mid-call', () => {
    const half = agent.length / 2;
    const before = echoOf(agent, { levelDb: -10, delayMs: 120 }).subarray(0, half);
    const after = echoOf(agent, { levelDb: -8, delayMs: 330 }).subarray(half);
    expect(interruptionsMs(hear(mixed(joined(before, after), quiet(SECONDS)), agent))).toEqual([]);
  });
});

describe('a voice detector', () => {
  it('hears nothing in silence, nor in a frame of another length', () => {
    expect(share(hear(silence(1)), 'silence')).toBe(1);
    const detector = detectors();
    expect(detector.judge(new Int16Array(7).fill(9_000))).toBe('silence');
    detector.played(new Int16Array(7));
    detector.close();
  });

  it('can be closed twice and hears nothing after', () => {
    const detector = detectors();
    detector.close();
    detector.close();
    expect(interruptionsMs(listen(detector, agent))).toEqual([]);
  });

  it('gives its memory back: as many calls as one likes', () => {
    for (let calls = 0; calls < 2_000; calls += 1) detectors().close();
    expect(interruptionsMs(hear(wordsAfterThreeSeconds('Are you there?', -20)))).not.toEqual([]);
  });

  it.each([
    ['speech', talk({ seconds: 4, levelDbfs: -12, seed: 11 })],
    ['noise', lineNoise({ seconds: 4, levelDbfs: -25, seed: 11 })],
    ['a hum', lineNoise({ seconds: 4, levelDbfs: -30, seed: 11, kind: 'hum' })],
    ['music', musicOnHold({ seconds: 4, levelDbfs: -15, seed: 11, piece: 2 })],
    ['what clips', Int16Array.from({ length: 64_000 }, (_, n) => (n % 61 < 30 ? 32_767 : -32_768))],
  ])('need not hear out a silence after %s', (_, before) => {
    const after = framesOf(talk({ seconds: 4, levelDbfs: -20, seed: 12 }));
    const silent = Array.from({ length: SETTLED_FRAMES }, () => undefined);
    const longSilent = Array.from({ length: 8 }, () => silent).flat();
    for (let frames = 1; frames < 200; frames += 33) {
      const heardBefore = framesOf(before).slice(0, frames);
      const short = fvadHears([...heardBefore, ...silent, ...after]);
      const long = fvadHears([...heardBefore, ...longSilent, ...after]);
      expect(long.slice(frames + silent.length, frames + longSilent.length)).not.toContain(true);
      expect(long.slice(frames + longSilent.length)).toEqual(short.slice(frames + silent.length));
    }
  });
});

const openFvad = await loadFvad();

/** As if the sound were one at 8 kHz. */
function framesOf(pcm: Int16Array): Float64Array[] {
  return Array.from({ length: pcm.length / HALF_RATE_FRAME }, (_, at) =>
    Float64Array.from(pcm.subarray(at * HALF_RATE_FRAME, (at + 1) * HALF_RATE_FRAME)),
  );
}

/** The first judge alone, which hears every frame. */
function fvadHears(frames: readonly (Float64Array | undefined)[]): boolean[] {
  const line = openFvad();
  const heard = frames.map((frame) => line.soundsLikeVoice(frame));
  line.close();
  return heard;
}
