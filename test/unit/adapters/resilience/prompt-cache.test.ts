import { describe, expect, it } from 'vitest';
import { cachingTextToSpeech } from '#adapters/resilience/caching-text-to-speech';
import { PortError } from '#core/ports/error';
import type { SpeechChunk, TextToSpeech, Utterance } from '#core/ports/text-to-speech';
import { capturedLog } from '../../../support/captured-log.ts';
import { collect } from '../../../support/collect.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { scriptedTextToSpeech } from '../../../support/scripted-text-to-speech.ts';

/** One word of the scripted voice is 6.4 kB of sound. */
const ROOM_FOR_ONE = 10_000;
const { signal } = new AbortController();
const fixed = (text: string): Utterance => ({ ssml: `<speak>${text}</speak>`, fixed: true });
const down = new PortError('text-to-speech', 'down', { retryable: true });

function cacheOver(voice: TextToSpeech, maxBytes = 1_000_000) {
  const clock = manualClock();
  const { log, lines } = capturedLog();
  return { clock, lines, cache: cachingTextToSpeech(voice, { maxBytes, clock, log }) };
}

/** A voice that gives its sound when a test says so. */
function steppedVoice() {
  const steps: (() => void)[] = [];
  let utterances = 0;
  let cancelled = 0;
  const voice: TextToSpeech = {
    async *speak(_utterance, ownSignal): AsyncGenerator<SpeechChunk> {
      utterances += 1;
      ownSignal.addEventListener('abort', () => (cancelled += 1));
      for (let piece = 1; piece <= 2; piece += 1) {
        await new Promise<void>((resolve) => steps.push(resolve));
        yield { type: 'audio', pcm: new Int16Array(320).fill(piece) };
      }
    },
  };
  const step = async (): Promise<void> => {
    steps.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { voice, step, counts: () => ({ utterances, cancelled }) };
}

describe('a fixed prompt', () => {
  it('is synthesised once, and sounds the same ever after, with its words', async () => {
    const voice = scriptedTextToSpeech();
    const { cache } = cacheOver(voice);
    const first = await collect(cache.speak(fixed('One moment'), signal));
    expect(await collect(cache.speak(fixed('One moment'), signal))).toEqual(first);
    expect(first.filter(({ type }) => type === 'word')).toHaveLength(2);
    expect(voice.spoken).toEqual(['One moment']);
  });

  it('is still said when synthesis is down', async () => {
    const voice = scriptedTextToSpeech();
    const { cache } = cacheOver(voice);
    await cache.prepare([fixed('I am having trouble')], signal);
    voice.fail(down, down);
    expect(await collect(cache.speak(fixed('I am having trouble'), signal))).not.toEqual([]);
    await expect(collect(cache.speak({ ssml: '<speak>Hello</speak>' }, signal))).rejects.toBe(down);
  });

  it('cannot be spoilt by one call for the others', async () => {
    const { cache } = cacheOver(scriptedTextToSpeech());
    for await (const chunk of cache.speak(fixed('Hello'), signal)) if (chunk.type === 'audio') chunk.pcm.fill(0);
    const again = await collect(cache.speak(fixed('Hello'), signal));
    expect(
      again.flatMap((chunk) => (chunk.type === 'audio' ? [...chunk.pcm] : [])).every((sample) => sample === 1),
    ).toBe(true);
  });

  it('asked for by many calls at once is synthesised once, and each hears it as it comes', async () => {
    const { voice, step, counts } = steppedVoice();
    const { cache } = cacheOver(voice);
    const one = cache.speak(fixed('Hello'), signal)[Symbol.asyncIterator]();
    const first = one.next();
    await step();
    expect(await first).toMatchObject({ done: false });
    const other = collect(cache.speak(fixed('Hello'), signal));
    await step();
    expect(await other).toHaveLength(2);
    expect(counts().utterances).toBe(1);
  });

  it('is made to the end when the caller who asked for it interrupts', async () => {
    const { voice, step, counts } = steppedVoice();
    const { cache } = cacheOver(voice);
    const interrupted = new AbortController();
    const reason = new Error('the caller speaks');
    const speaking = collect(cache.speak(fixed('Hello'), interrupted.signal));
    interrupted.abort(reason);
    await expect(speaking).rejects.toBe(reason);
    const next = collect(cache.speak(fixed('Hello'), signal));
    await step();
    await step();
    expect(await next).toHaveLength(2);
    expect(counts()).toEqual({ utterances: 1, cancelled: 0 });
  });

  it('that failed is not kept, and its failure is told to who waited for it', async () => {
    const voice = scriptedTextToSpeech();
    const { cache } = cacheOver(voice);
    voice.fail(down);
    const both = [1, 2].map(() => collect(cache.speak(fixed('Hello'), signal)));
    for (const speaking of both) await expect(speaking).rejects.toBe(down);
    expect(await collect(cache.speak(fixed('Hello'), signal))).toHaveLength(2);
    expect(voice.spoken).toHaveLength(2);
  });

  it('gives way to others when there is no room, the one said longest ago first', async () => {
    const voice = scriptedTextToSpeech();
    const { cache } = cacheOver(voice, ROOM_FOR_ONE * 2);
    for (const text of ['One', 'Two', 'One', 'Three', 'One', 'Two']) await collect(cache.speak(fixed(text), signal));
    expect(voice.spoken).toEqual(['One', 'Two', 'Three', 'Two']);
  });

  it('larger than all the room is said and not kept', async () => {
    const voice = scriptedTextToSpeech();
    const { cache } = cacheOver(voice, ROOM_FOR_ONE);
    await collect(cache.speak(fixed('Short'), signal));
    await collect(cache.speak(fixed('Much too long'), signal));
    await collect(cache.speak(fixed('Short'), signal));
    expect(voice.spoken).toEqual(['Short', 'Much too long']);
  });

  it('is not said to a caller who has gone', async () => {
    const { cache } = cacheOver(scriptedTextToSpeech());
    await cache.prepare([fixed('Hello')], signal);
    const reason = new Error('gone');
    await expect(collect(cache.speak(fixed('Hello'), AbortSignal.abort(reason)))).rejects.toBe(reason);
  });
});

describe('what is said once', () => {
  it('is not kept, and ends with its caller', async () => {
    const voice = scriptedTextToSpeech();
    const { cache } = cacheOver(voice);
    const once = { ssml: '<speak>Your balance</speak>' };
    await collect(cache.speak(once, signal));
    await collect(cache.speak(once, signal));
    expect(voice.spoken).toHaveLength(2);
  });
});

describe('preparing prompts', () => {
  it('makes each once and says in the log how many there are', async () => {
    const voice = scriptedTextToSpeech();
    const { cache, lines } = cacheOver(voice);
    await cache.prepare([fixed('One'), fixed('Two'), fixed('Three'), fixed('One')], signal);
    expect(voice.spoken.toSorted()).toEqual(['One', 'Three', 'Two']);
    expect(lines).toMatchObject([{ msg: 'prompts prepared', prompts: 4, failed: 0, kept: 3 }]);
  });

  it('asks for one after the other: callers come first', async () => {
    const { voice, step, counts } = steppedVoice();
    const { cache } = cacheOver(voice);
    const prepared = cache.prepare(['a', 'b'].map(fixed), signal);
    expect(counts().utterances).toBe(1);
    for (let piece = 0; piece < 4; piece += 1) await step();
    await prepared;
    expect(counts().utterances).toBe(2);
  });

  it('tries what failed again later, and says so once it is there', async () => {
    const voice = scriptedTextToSpeech();
    voice.fail(down, down, down);
    const { cache, clock, lines } = cacheOver(voice);
    const prepared = cache.prepare([fixed('One'), fixed('Two')], signal);
    await clock.advance(14_999);
    expect(lines).toMatchObject([{ msg: 'some prompts not prepared', failed: 2 }]);
    await clock.advance(1);
    await clock.advance(30_000);
    await prepared;
    expect(lines.map(({ msg }) => msg)).toEqual(['some prompts not prepared', 'prompts prepared']);
    expect(voice.spoken).toHaveLength(5);
  });

  it('ends with the process', async () => {
    const voice = scriptedTextToSpeech();
    voice.fail(down);
    const { cache, clock } = cacheOver(voice);
    const ended = new AbortController();
    const prepared = cache.prepare([fixed('One')], ended.signal);
    await clock.advance(1);
    const reason = new Error('draining');
    ended.abort(reason);
    await expect(prepared).rejects.toBe(reason);
  });
});
