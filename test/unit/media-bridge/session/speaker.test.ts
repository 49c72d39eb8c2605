import { describe, expect, it } from 'vitest';
import { PortError } from '#core/ports/error';
import { replyId } from '#core/ids';
import { Speaker } from '../../../../media-bridge/session/speaker.ts';
import { scriptedTextToSpeech, WORD_MS } from '../../../support/scripted-text-to-speech.ts';

const [first, second] = [replyId(1), replyId(2)];
const FRAMES_PER_WORD = WORD_MS / 20;
/** How far audio is sent ahead: 100 ms. */
const LEAD_FRAMES = 5;

function speakerUnderTest() {
  const voice = scriptedTextToSpeech();
  const frames: Int16Array[] = [];
  const events: string[] = [];
  const speaker = new Speaker({
    textToSpeech: voice,
    style: { language: 'en-US', voice: 'v' },
    sendFrame: (pcm) => frames.push(pcm),
    events: {
      onAudible: (reply) => events.push(`audible ${reply}`),
      onClause: (_reply, text) => events.push(`clause ${text}`),
      onFinished: (reply, text) => events.push(`finished ${reply}: ${text}`),
      onFailed: (reply) => events.push(`failed ${reply}`),
    },
  });
  const tick = (times: number): void => {
    for (let done = 0; done < times; done += 1) speaker.tick();
  };
  /** Lets synthesis, which is faster than real time, come to its end. */
  const synthesised = async (): Promise<void> => {
    for (let turns = 0; turns < 30; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return { speaker, voice, frames, events, tick, synthesised };
}

describe('a reply that is spoken', () => {
  it('is sent frame by frame, a few ahead of the ear, and finished when it was heard', async () => {
    const { speaker, frames, events, tick, synthesised } = speakerUnderTest();
    speaker.say(first, 'one two');
    speaker.complete(first);
    await synthesised();
    tick(1);
    expect(frames).toHaveLength(LEAD_FRAMES);
    tick(2 * FRAMES_PER_WORD - 1);
    expect(frames).toHaveLength(2 * FRAMES_PER_WORD);
    expect(events).toEqual(['audible reply-1', 'clause one two']);
    tick(1);
    expect(events.at(-1)).toBe('finished reply-1: one two');
  });

  it('has its clauses in order, the next one synthesised while the first is heard', async () => {
    const { speaker, voice, events, tick, synthesised } = speakerUnderTest();
    speaker.say(first, 'one');
    speaker.say(first, 'two');
    speaker.complete(first);
    await synthesised();
    expect(voice.spoken).toEqual(['one', 'two']);
    tick(2 * FRAMES_PER_WORD + LEAD_FRAMES);
    expect(events).toEqual(['audible reply-1', 'clause one', 'clause two', 'finished reply-1: one two']);
  });

  it('is not over while its next clause is still being written', async () => {
    const { speaker, events, tick, synthesised } = speakerUnderTest();
    speaker.say(first, 'one');
    await synthesised();
    tick(100);
    expect(events.filter((event) => event.startsWith('finished'))).toEqual([]);
    speaker.complete(first);
    expect(events.at(-1)).toBe('finished reply-1: one');
  });

  it('is over at once when there is nothing to say', () => {
    const { speaker, events } = speakerUnderTest();
    speaker.say(first, '** **');
    speaker.complete(first);
    expect(events).toEqual(['finished reply-1: ']);
  });

  it('is not synthesised far beyond what is heard', async () => {
    const { speaker, voice, tick, synthesised } = speakerUnderTest();
    const clause = Array.from({ length: 30 }, () => 'word').join(' ');
    for (let clauses = 0; clauses < 5; clauses += 1) speaker.say(first, clause);
    await synthesised();
    await synthesised();
    expect(voice.spoken).toHaveLength(2);
    tick(30 * FRAMES_PER_WORD);
    await synthesised();
    await synthesised();
    expect(voice.spoken).toHaveLength(3);
    speaker.close();
  });
});

describe('a reply that is stopped', () => {
  it('says up to which word it was heard, not up to which it was sent', async () => {
    const { speaker, tick, synthesised } = speakerUnderTest();
    speaker.say(first, 'one two three four');
    await synthesised();
    // 21 frames of 20 ms heard: the third word, from 400 ms on, has only begun.
    tick(21);
    expect(speaker.stop(first)).toEqual({ heard: 'one two', wasAudible: true });
  });

  it('counts whole clauses before the one that was cut', async () => {
    const { speaker, tick, synthesised } = speakerUnderTest();
    speaker.say(first, 'one two.');
    speaker.say(first, 'three four.');
    await synthesised();
    tick(31);
    expect(speaker.stop(first)?.heard).toBe('one two. three');
  });

  it('sends nothing more, and cancels what is being synthesised', async () => {
    const { speaker, voice, frames, events, tick, synthesised } = speakerUnderTest();
    voice.fail('hang');
    speaker.say(first, 'one two');
    await synthesised();
    expect(speaker.stop(first)).toEqual({ heard: '', wasAudible: false });
    await synthesised();
    tick(50);
    expect([frames, events, voice.cancelled]).toEqual([[], [], 1]);
  });

  it('makes room for the next one at once', async () => {
    const { speaker, events, tick, synthesised } = speakerUnderTest();
    speaker.say(first, 'one two three four five');
    await synthesised();
    tick(5);
    speaker.stop(first);
    speaker.say(second, 'six');
    speaker.complete(second);
    await synthesised();
    tick(FRAMES_PER_WORD + LEAD_FRAMES);
    expect(events.at(-1)).toBe('finished reply-2: six');
  });

  it('ignores what the model writes for it afterwards', async () => {
    const { speaker, voice, synthesised } = speakerUnderTest();
    speaker.say(second, 'six');
    speaker.say(first, 'late');
    speaker.complete(first);
    await synthesised();
    expect(voice.spoken).toEqual(['six']);
    expect(speaker.stop(first)).toBeUndefined();
  });
});

describe('a voice that fails', () => {
  it('is told once, with what was heard until then', async () => {
    const { speaker, voice, events, tick, synthesised } = speakerUnderTest();
    speaker.say(first, 'one');
    await synthesised();
    tick(FRAMES_PER_WORD + LEAD_FRAMES);
    voice.fail(new PortError('text-to-speech', 'down', { retryable: true }));
    speaker.say(first, 'two');
    speaker.complete(first);
    await synthesised();
    tick(10);
    expect(events).toEqual(['audible reply-1', 'clause one', 'failed reply-1']);
    expect(speaker.stop(first)?.heard).toBe('one');
  });
});
