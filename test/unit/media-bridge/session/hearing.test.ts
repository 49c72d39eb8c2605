import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { FRAME_MS, SAMPLES_PER_FRAME } from '#core/audio/pcm';
import { PortError } from '#core/ports/error';
import type { Words } from '#core/ports/speech-to-text';
import { Hearing } from '../../../../media-bridge/session/hearing.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { offer } from '../../../support/offered-call.ts';
import { final, partial, scriptedSpeechToText } from '../../../support/scripted-speech-to-text.ts';

const lost = new PortError('speech-to-text', 'lost', { retryable: true });
const alive = { type: 'alive', settledMs: 0 } as const;

function hearingUnderTest(...openings: readonly Error[]) {
  const [ears, clock] = [scriptedSpeechToText(), manualClock()];
  ears.failOpening(...openings);
  const transcripts: Words[] = [];
  const failures: unknown[] = [];
  const hearing = new Hearing({
    callId: offer.callId,
    speechToText: ears,
    options: { languages: ['en-US'], phrases: [] },
    clock,
    log: pino({ level: 'silent' }),
    onTranscript: (transcript) => transcripts.push(transcript),
    onFailed: (error) => failures.push(error),
  });
  open = hearing;
  let frames = 0;
  const push = (ms: number, sound: 'voice' | 'quiet'): void => {
    for (const until = frames + ms / FRAME_MS; frames < until;) {
      frames += 1;
      // Each frame carries its number, so that a test sees which ones a recogniser got.
      hearing.push(new Int16Array(SAMPLES_PER_FRAME).fill(frames));
      if (sound === 'voice') hearing.voiceHeard();
    }
  };
  return {
    hearing,
    ears,
    clock,
    transcripts,
    failures,
    speak: (ms: number) => push(ms, 'voice'),
    beQuiet: (ms: number) => push(ms, 'quiet'),
    /** What the recogniser opened last got, in milliseconds of the call. */
    lastHeard: () => {
      const got = ears.streams.at(-1)?.frames ?? [];
      return { fromMs: ((got[0] ?? 0) - 1) * FRAME_MS, toMs: (got.at(-1) ?? 0) * FRAME_MS, frames: got.length };
    },
  };
}
let open: Hearing | undefined;
afterEach(() => open?.close());

function between(startMs: number, endMs: number, words: Words = final('hello')): Words {
  return { ...words, startMs, endMs };
}

describe('a recogniser', () => {
  it('gets the audio from the first word on, and its words arrive', async () => {
    const { ears, clock, transcripts, speak } = hearingUnderTest();
    speak(20);
    await clock.advance(0);
    speak(20);
    ears.recognise(final('hello'));
    await clock.advance(0);
    expect(ears.streams[0]?.samples).toBe(2 * SAMPLES_PER_FRAME);
    expect(transcripts).toEqual([final('hello')]);
  });

  it('that takes long to open does not hear the silence before', async () => {
    const under = hearingUnderTest(lost, lost);
    under.beQuiet(10_000);
    under.speak(400);
    await under.clock.advance(1_000);
    expect(under.lastHeard()).toEqual({ fromMs: 9_500, toMs: 10_400, frames: 45 });
  });

  it('is closed with the call, also while it waits to be opened again', async () => {
    const { hearing, clock, ears } = hearingUnderTest(lost, lost);
    await clock.advance(100);
    await hearing.close();
    await clock.advance(10_000);
    expect(ears.streams).toEqual([]);
  });

  it('that opens after the call is over is closed', async () => {
    const { hearing, ears, clock } = hearingUnderTest(lost);
    const release = ears.holdOpening();
    await clock.advance(0);
    const closing = hearing.close();
    release();
    await closing;
    expect(ears.streams.every(({ closed }) => closed)).toBe(true);
  });
});

describe('a recogniser that drops', () => {
  it('in the middle of a sentence is opened at once, and hears the sentence from its beginning', async () => {
    const under = hearingUnderTest();
    await under.clock.advance(0);
    under.beQuiet(3_000);
    under.speak(1_000);
    under.ears.recognise(between(3_000, 3_900, partial('I want')));
    await under.clock.advance(0);
    under.ears.streams[0]?.fail(lost);
    await under.clock.advance(0);
    under.speak(200);
    expect(under.ears.streams).toHaveLength(2);
    expect(under.lastHeard()).toEqual({ fromMs: 2_500, toMs: 4_200, frames: 85 });
    // Of its own time: 500 ms of silence came first.
    under.ears.recognise(between(500, 1_700, final('I want to pay')));
    await under.clock.advance(0);
    expect(under.transcripts).toEqual([
      between(3_000, 3_900, partial('I want')),
      between(3_000, 4_200, final('I want to pay')),
    ]);
    expect(under.failures).toEqual([]);
  });

  it('after a sentence does not hear it twice', async () => {
    const under = hearingUnderTest();
    await under.clock.advance(0);
    under.speak(2_000);
    under.beQuiet(500);
    under.ears.recognise(between(0, 2_000));
    await under.clock.advance(0);
    under.ears.streams[0]?.fail(lost);
    await under.clock.advance(0);
    expect(under.lastHeard()).toMatchObject({ fromMs: 2_000 });
  });

  it('after noise that was no words does not hear the noise again', async () => {
    const under = hearingUnderTest();
    await under.clock.advance(0);
    under.speak(2_000);
    under.ears.recognise({ type: 'alive', settledMs: 2_000 });
    await under.clock.advance(0);
    under.beQuiet(5_000);
    under.ears.streams[0]?.fail(lost);
    await under.clock.advance(0);
    under.speak(20);
    expect(under.lastHeard()).toMatchObject({ fromMs: 6_500 });
  });

  it('gets fifteen seconds at most of what was said meanwhile', async () => {
    const under = hearingUnderTest(lost, lost, lost);
    under.speak(60_000);
    await under.clock.advance(5_000);
    expect(under.lastHeard()).toEqual({ fromMs: 45_000, toMs: 60_000, frames: 750 });
  });

  it('and cannot be opened again is given up after a few tries, and then nothing is heard', async () => {
    const { hearing, clock, ears, failures, speak } = hearingUnderTest(lost, lost, lost, lost, lost, lost);
    await clock.advance(60_000);
    expect(failures).toEqual([lost]);
    speak(60_000);
    hearing.listenFor(['es-ES'], []);
    await clock.advance(60_000);
    expect(ears.streams).toEqual([]);
    expect(failures).toHaveLength(1);
  });

  it('for refusing the key is given up at once', async () => {
    const refused = new PortError('speech-to-text', 'no such key', { retryable: false });
    const { clock, failures } = hearingUnderTest(refused);
    await clock.advance(0);
    expect(failures).toEqual([refused]);
  });

  it('as soon as it opens, again and again, is given up', async () => {
    const { clock, ears, failures } = hearingUnderTest();
    for (let drops = 0; drops < 10 && failures.length === 0; drops += 1) {
      await clock.advance(1_000);
      ears.recognise(alive);
      ears.streams.at(-1)?.fail(lost);
      await clock.advance(0);
    }
    expect(failures).toEqual([lost]);
    expect(ears.streams).toHaveLength(3);
  });

  it('may drop as often as it likes when it works in between', async () => {
    const { clock, ears, failures } = hearingUnderTest();
    for (let drops = 0; drops < 10; drops += 1) {
      await clock.advance(300);
      ears.recognise(final('hello'));
      await clock.advance(0);
      ears.streams.at(-1)?.fail(lost);
    }
    await clock.advance(300);
    expect(failures).toEqual([]);
    expect(ears.streams).toHaveLength(11);
  });
});

describe('a caller who changes the language', () => {
  it('is heard in the new one from the beginning of the sentence', async () => {
    const { hearing, ears, clock, transcripts, speak, beQuiet, lastHeard } = hearingUnderTest();
    await clock.advance(0);
    beQuiet(2_000);
    speak(500);
    hearing.listenFor(['es-ES'], []);
    await clock.advance(0);
    speak(500);
    expect(ears.streams.map(({ languages, closed }) => [languages, closed])).toEqual([
      [['en-US'], true],
      [['es-ES'], false],
    ]);
    expect(lastHeard()).toEqual({ fromMs: 1_500, toMs: 3_000, frames: 75 });
    ears.recognise(between(500, 1_500, final('Quiero pagar')));
    await clock.advance(0);
    expect(transcripts).toEqual([between(2_000, 3_000, final('Quiero pagar'))]);
  });

  it('and was not understood before is heard again', async () => {
    const { hearing, ears, clock, speak, lastHeard } = hearingUnderTest();
    await clock.advance(0);
    speak(2_000);
    ears.recognise({ type: 'alive', settledMs: 2_000 });
    await clock.advance(0);
    hearing.listenFor(['es-ES'], []);
    await clock.advance(0);
    expect(lastHeard()).toEqual({ fromMs: 0, toMs: 2_000, frames: 100 });
  });

  it('is still heard in the old one until the new one listens, and not afterwards', async () => {
    const { hearing, ears, clock, transcripts, speak } = hearingUnderTest();
    await clock.advance(0);
    const release = ears.holdOpening();
    hearing.listenFor(['es-ES'], []);
    speak(100);
    ears.streams[0]?.tell(partial('still'));
    await clock.advance(0);
    release();
    await clock.advance(0);
    ears.streams[0]?.tell(final('too late'));
    await clock.advance(0);
    expect(transcripts).toEqual([partial('still')]);
  });

  it('into the one that is listened for already changes nothing', async () => {
    const { hearing, ears, clock } = hearingUnderTest();
    await clock.advance(0);
    hearing.listenFor(['en-US'], []);
    await clock.advance(0);
    expect(ears.streams).toHaveLength(1);
  });

  it('while the recogniser is being opened is heard in the last one named', async () => {
    const { hearing, ears, clock } = hearingUnderTest();
    hearing.listenFor(['en-US', 'es-ES'], []);
    hearing.listenFor(['es-ES'], []);
    await clock.advance(0);
    expect(ears.streams.filter(({ closed }) => !closed).map(({ languages }) => languages)).toEqual([['es-ES']]);
  });

  it('keeps the recogniser there is when the other cannot be opened, until it can', async () => {
    const { hearing, ears, clock, failures } = hearingUnderTest();
    await clock.advance(0);
    ears.failOpening(...Array.from({ length: 10 }, () => lost));
    hearing.listenFor(['es-ES'], []);
    await clock.advance(15_000);
    expect(ears.streams.map(({ closed }) => closed)).toEqual([false]);
    await clock.advance(15_000);
    expect(ears.streams.map(({ closed }) => closed)).toEqual([true, false]);
    expect(failures).toEqual([]);
  });
});

describe('a recogniser that is silent while somebody speaks', () => {
  it('is replaced when the caller waits for an answer, and the other hears what was said', async () => {
    const { ears, clock, speak, beQuiet, lastHeard, failures } = hearingUnderTest();
    await clock.advance(0);
    beQuiet(5_000);
    speak(1_000);
    beQuiet(1_980);
    await clock.advance(0);
    expect(ears.streams).toHaveLength(1);
    beQuiet(20);
    await clock.advance(0);
    expect(ears.streams.map(({ closed }) => closed)).toEqual([true, false]);
    expect(lastHeard()).toMatchObject({ fromMs: 4_500 });
    // So that whoever chose the region may choose another.
    expect(ears.streams[0]?.problem).toMatchObject({ port: 'speech-to-text' });
    expect(failures).toEqual([]);
  });

  it('is given up when those in its place are as silent for eight seconds each', async () => {
    const { ears, clock, speak, failures } = hearingUnderTest();
    await clock.advance(0);
    for (const ms of [3_500, 8_000, 8_000]) {
      speak(ms);
      await clock.advance(0);
    }
    expect(failures).toMatchObject([{ name: 'PortError', port: 'speech-to-text' }]);
    expect(ears.streams.map(({ closed }) => closed)).toEqual([true, true, true]);
  });

  it('but shows that it is alive may go on: music is voice to a detector, and no words', async () => {
    const { ears, clock, speak, failures } = hearingUnderTest();
    await clock.advance(0);
    for (let seconds = 0; seconds < 300; seconds += 2) {
      speak(2_000);
      ears.recognise({ type: 'alive', settledMs: seconds * 1_000 });
      await clock.advance(0);
    }
    expect(ears.streams).toHaveLength(1);
    expect(failures).toEqual([]);
  });

  it('is asked ever more seldom when each new one shows life at first', async () => {
    const { ears, clock, speak, failures } = hearingUnderTest();
    await clock.advance(0);
    let welcomed = 0;
    for (let seconds = 0; seconds < 600; seconds += 1) {
      for (; welcomed < ears.streams.length; welcomed += 1) ears.streams[welcomed]?.tell(alive);
      speak(1_000);
      await clock.advance(0);
    }
    expect(failures).toEqual([]);
    expect(ears.streams.length).toBeLessThan(15);
  });
});

describe('a caller who says nothing for long', () => {
  it('gets a new recogniser every two minutes, since a client may keep all it was given', async () => {
    const { ears, clock, beQuiet, failures } = hearingUnderTest();
    await clock.advance(0);
    for (let seconds = 0; seconds < 3_600; seconds += 10) {
      beQuiet(10_000);
      await clock.advance(0);
    }
    expect(ears.streams.length).toBeGreaterThan(25);
    expect(Math.max(...ears.streams.map(({ frames }) => frames.length)) * FRAME_MS).toBeLessThanOrEqual(131_000);
    expect(ears.streams.filter(({ closed }) => !closed)).toHaveLength(1);
    expect(failures).toEqual([]);
  });

  it('keeps the recogniser that settles the silence by itself', async () => {
    const { ears, clock, beQuiet } = hearingUnderTest();
    await clock.advance(0);
    for (let seconds = 0; seconds < 600; seconds += 15) {
      beQuiet(15_000);
      ears.recognise({ type: 'alive', settledMs: (seconds + 15) * 1_000 });
      await clock.advance(0);
    }
    expect(ears.streams).toHaveLength(1);
  });
});
