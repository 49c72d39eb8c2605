import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { SAMPLES_PER_FRAME } from '#core/audio/pcm';
import { PortError } from '#core/ports/error';
import type { Transcript } from '#core/ports/speech-to-text';
import { Hearing } from '../../../../media-bridge/session/hearing.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { offer } from '../../../support/offered-call.ts';
import { final, scriptedSpeechToText } from '../../../support/scripted-speech-to-text.ts';

const frame = new Int16Array(SAMPLES_PER_FRAME);
const lost = new PortError('speech-to-text', 'lost', { retryable: true });

function hearingUnderTest(...openings: readonly Error[]) {
  const [ears, clock] = [scriptedSpeechToText(), manualClock()];
  ears.failOpening(...openings);
  const transcripts: Transcript[] = [];
  const failures: unknown[] = [];
  hearing = new Hearing({
    callId: offer.callId,
    speechToText: ears,
    options: { language: 'en-US', phrases: [] },
    clock,
    log: pino({ level: 'silent' }),
    onTranscript: (transcript) => transcripts.push(transcript),
    onFailed: (error) => failures.push(error),
  });
  return { hearing, ears, clock, transcripts, failures };
}
let hearing: Hearing | undefined;
afterEach(() => hearing?.close());

describe('a recogniser', () => {
  it('gets the audio from the first frame on, and its words arrive', async () => {
    const { hearing, ears, clock, transcripts } = hearingUnderTest();
    hearing.push(frame);
    await clock.advance(0);
    hearing.push(frame);
    ears.recognise(final('hello'));
    await clock.advance(0);
    expect(ears.streams[0]?.samples).toBe(2 * SAMPLES_PER_FRAME);
    expect(transcripts).toEqual([final('hello')]);
  });

  it('that drops is opened again, and gets what was said meanwhile', async () => {
    const { hearing, ears, clock, failures } = hearingUnderTest();
    await clock.advance(0);
    ears.streams[0]?.fail(lost);
    await clock.advance(100);
    for (let frames = 0; frames < 10; frames += 1) hearing.push(frame);
    await clock.advance(200);
    expect(ears.streams.map(({ samples, closed }) => [samples, closed])).toEqual([
      [0, true],
      [10 * SAMPLES_PER_FRAME, false],
    ]);
    expect(failures).toEqual([]);
  });

  it('that cannot be opened is tried a few times, then given up', async () => {
    const { clock, ears, failures } = hearingUnderTest(lost, lost, lost, lost, lost, lost);
    await clock.advance(60_000);
    expect(failures).toEqual([lost]);
    expect(ears.streams).toEqual([]);
  });

  it('that refuses the key is given up at once', async () => {
    const refused = new PortError('speech-to-text', 'no such key', { retryable: false });
    const { clock, failures } = hearingUnderTest(refused);
    await clock.advance(0);
    expect(failures).toEqual([refused]);
  });

  it('that works in between may drop as often as it likes', async () => {
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

  it('is closed with the call, also while it waits to be opened again', async () => {
    const { hearing, clock, ears } = hearingUnderTest(lost);
    await clock.advance(100);
    await hearing.close();
    await clock.advance(10_000);
    expect(ears.streams).toEqual([]);
  });
});
