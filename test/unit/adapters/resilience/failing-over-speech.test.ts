import { describe, expect, it } from 'vitest';
import { failingOverEar, failingOverVoice } from '#adapters/resilience/failing-over';
import { PortError } from '#core/ports/error';
import type { SpeechToText } from '#core/ports/speech-to-text';
import type { SpeechChunk, TextToSpeech } from '#core/ports/text-to-speech';
import { capturedLog } from '../../../support/captured-log.ts';
import { collect } from '../../../support/collect.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { final, scriptedSpeechToText } from '../../../support/scripted-speech-to-text.ts';
import { scriptedTextToSpeech } from '../../../support/scripted-text-to-speech.ts';

const PATIENCE_MS = 1_500;
const { signal } = new AbortController();
const utterance = { ssml: '<speak>Good morning</speak>' };
const down = (port: 'text-to-speech' | 'speech-to-text', retryable = true): PortError =>
  new PortError(port, 'it failed', { retryable });

describe('a voice with a second region', () => {
  function twoVoices() {
    const clock = manualClock();
    const { log, lines } = capturedLog();
    const [primary, secondary] = [scriptedTextToSpeech(), scriptedTextToSpeech()];
    return {
      clock,
      lines,
      primary,
      secondary,
      voice: failingOverVoice([primary, secondary], { patienceMs: PATIENCE_MS, clock, log }),
    };
  }

  it('speaks from the second when the first fails', async () => {
    const { primary, secondary, voice } = twoVoices();
    primary.fail(down('text-to-speech'));
    const chunks = await collect(voice.speak(utterance, signal));
    expect(chunks.map((chunk) => (chunk.type === 'word' ? chunk.text : 'sound'))).toEqual([
      'Good',
      'sound',
      'morning',
      'sound',
    ]);
    expect(secondary.spoken).toEqual(['Good morning']);
  });

  it('speaks from the second when the first stays silent', async () => {
    const { primary, clock, voice } = twoVoices();
    primary.fail('hang');
    const spoken = collect(voice.speak(utterance, signal));
    await clock.advance(PATIENCE_MS);
    expect(await spoken).toHaveLength(4);
    expect(primary.cancelled).toBe(1);
  });

  it('says no word twice when the first told of words and then failed before any sound', async () => {
    const { clock, secondary } = twoVoices();
    const { log } = capturedLog();
    const wordsOnly: TextToSpeech = {
      async *speak(): AsyncGenerator<SpeechChunk> {
        yield await Promise.resolve({ type: 'word', text: 'Good', atMs: 0 } as const);
        throw down('text-to-speech');
      },
    };
    const voice = failingOverVoice([wordsOnly, secondary], { patienceMs: PATIENCE_MS, clock, log });
    const words = (await collect(voice.speak(utterance, signal))).filter(({ type }) => type === 'word');
    expect(words).toHaveLength(2);
  });

  it('does not begin again when the first breaks off in the middle', async () => {
    const { clock, secondary } = twoVoices();
    const { log } = capturedLog();
    const breaking: TextToSpeech = {
      async *speak(): AsyncGenerator<SpeechChunk> {
        yield await Promise.resolve({ type: 'audio', pcm: new Int16Array(320) } as const);
        throw down('text-to-speech');
      },
    };
    const voice = failingOverVoice([breaking, secondary], { patienceMs: PATIENCE_MS, clock, log });
    await expect(collect(voice.speak(utterance, signal))).rejects.toMatchObject({ port: 'text-to-speech' });
    expect(secondary.spoken).toEqual([]);
  });

  it('does not ask the second for what no region would speak', async () => {
    const { primary, secondary, voice } = twoVoices();
    primary.fail(down('text-to-speech', false));
    await expect(collect(voice.speak(utterance, signal))).rejects.toMatchObject({ retryable: false });
    expect(secondary.spoken).toEqual([]);
  });

  it('falls silent at once when it is interrupted', async () => {
    const { primary, voice } = twoVoices();
    const interrupted = new AbortController();
    const reason = new Error('the caller speaks');
    const heard: SpeechChunk[] = [];
    const speaking = (async () => {
      for await (const chunk of voice.speak(utterance, interrupted.signal)) {
        heard.push(chunk);
        if (chunk.type === 'audio') interrupted.abort(reason);
      }
    })();
    await expect(speaking).rejects.toBe(reason);
    expect(heard).toHaveLength(2);
    expect(primary.cancelled).toBe(1);
  });
});

describe('an ear with a second region', () => {
  const options = { languages: ['en-US'] as const, phrases: [] };
  function twoEars() {
    const clock = manualClock();
    const { log, lines } = capturedLog();
    const [primary, secondary] = [scriptedSpeechToText(), scriptedSpeechToText()];
    return {
      clock,
      lines,
      primary,
      secondary,
      ear: failingOverEar([primary, secondary], { patienceMs: PATIENCE_MS, clock, log }),
    };
  }

  it('listens with the second when the first does not open', async () => {
    const { primary, secondary, ear } = twoEars();
    primary.failOpening(down('speech-to-text'));
    const stream = await ear.open(options, signal);
    stream.push(new Int16Array(320));
    secondary.recognise(final('hello'));
    for await (const transcript of stream) {
      expect(transcript).toMatchObject({ text: 'hello' });
      await stream.close();
    }
    expect(secondary.streams).toMatchObject([{ samples: 320, closed: true }]);
  });

  it('listens with the second after the first was given up for its silence', async () => {
    const { primary, secondary, ear } = twoEars();
    const deaf = await ear.open(options, signal);
    await deaf.close(down('speech-to-text'));
    await (await ear.open(options, signal)).close();
    expect([primary, secondary].map(({ streams }) => streams.length)).toEqual([1, 1]);
  });

  it('closes a stream of the first that opens when the second is open already', async () => {
    const { secondary, clock } = twoEars();
    const { log } = capturedLog();
    const late = scriptedSpeechToText();
    let open = (): void => undefined;
    const slow: SpeechToText = {
      open: async (wanted) => {
        await new Promise<void>((resolve) => (open = resolve));
        return late.open(wanted, signal);
      },
    };
    const ear = failingOverEar([slow, secondary], { patienceMs: PATIENCE_MS, clock, log });
    const opening = ear.open(options, signal);
    await clock.advance(PATIENCE_MS);
    await opening;
    open();
    await clock.advance(0);
    expect(late.streams).toMatchObject([{ closed: true }]);
  });

  it('opens with the second again after a stream of the first broke', async () => {
    const { primary, secondary, ear } = twoEars();
    const stream = await ear.open(options, signal);
    primary.streams[0]!.fail(down('speech-to-text'));
    await expect(collect(stream)).rejects.toMatchObject({ port: 'speech-to-text' });
    await ear.open(options, signal);
    expect([primary.streams.length, secondary.streams.length]).toEqual([1, 1]);
  });

  it('does not open for a call that is over, and gives up when the caller does', async () => {
    const { clock, ear } = twoEars();
    const reason = new Error('hung up');
    await expect(ear.open(options, AbortSignal.abort(reason))).rejects.toBe(reason);
    const never: SpeechToText = { open: () => new Promise(() => undefined) };
    const { log } = capturedLog();
    const hungUp = new AbortController();
    const opening = failingOverEar([never, never], { patienceMs: PATIENCE_MS, clock, log }).open(
      options,
      hungUp.signal,
    );
    hungUp.abort(reason);
    await expect(opening).rejects.toBe(reason);
  });

  it('without a second one leaves it to its owner to open again', async () => {
    const { clock } = twoEars();
    const { log } = capturedLog();
    const only = scriptedSpeechToText();
    only.failOpening(down('speech-to-text'));
    const ear = failingOverEar([only], { patienceMs: PATIENCE_MS, clock, log });
    await expect(ear.open(options, signal)).rejects.toMatchObject({ port: 'speech-to-text' });
    expect(only.streams).toHaveLength(0);
  });
});
