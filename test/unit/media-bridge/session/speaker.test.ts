import { describe, expect, it } from 'vitest';
import { systemClock } from '#adapters/clock/system-clock';
import { PortError } from '#core/ports/error';
import { localesOf } from '#core/language/locale';
import { replyId, type ReplyId } from '#core/ids';
import { Speaker } from '../../../../media-bridge/session/speaker.ts';
import { scriptedTextToSpeech, WORD_MS } from '../../../support/scripted-text-to-speech.ts';
import { agentWith, packs } from '../../../support/turn-play.ts';

const [style] = localesOf(agentWith(), packs);
const [first, second] = [replyId(1), replyId(2)];
const FRAMES_PER_WORD = WORD_MS / 20;
/** How far audio is sent ahead: 100 ms. */
const LEAD_FRAMES = 5;

function speakerUnderTest() {
  const voice = scriptedTextToSpeech();
  const frames: Int16Array[] = [];
  const events: string[] = [];
  /** Beat by beat: the number of the word the caller hears, or nothing. */
  const heard: (number | undefined)[] = [];
  /** What comes between two beats comes half a beat after the first. */
  let nowMs = 10;
  const speaker = new Speaker({
    textToSpeech: voice,
    clock: { ...systemClock(), monotonicMs: () => nowMs },
    sendFrame: (pcm) => frames.push(pcm),
    onHeard: (pcm) => heard.push(pcm?.[0]),
    stalledAfterMs: 400,
    events: {
      onAudible: (reply) => events.push(`audible ${reply}`),
      onClause: (_reply, text) => events.push(`clause ${text}`),
      onStalled: (reply) => events.push(`stalled ${reply}`),
      onFinished: (reply, text) => events.push(`finished ${reply}: ${text}`),
      onFailed: (reply) => events.push(`failed ${reply}`),
    },
  });
  const tick = (times: number): void => {
    for (let done = 0; done < times; done += 1) {
      nowMs += 10;
      speaker.tick(nowMs);
      nowMs += 10;
    }
  };
  /** Lets synthesis, which is faster than real time, come to its end. */
  const synthesised = async (): Promise<void> => {
    for (let turns = 0; turns < 30; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const say = (reply: ReplyId, text: string): void => speaker.say(reply, text, style, 'written');
  return { speaker, say, voice, frames, heard, events, tick, synthesised };
}

describe('a reply that is spoken', () => {
  it('is sent frame by frame, a few ahead of the ear, and finished when it was heard', async () => {
    const { speaker, say, frames, events, tick, synthesised } = speakerUnderTest();
    say(first, 'one two');
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
    const { speaker, say, voice, events, tick, synthesised } = speakerUnderTest();
    say(first, 'one');
    say(first, 'two');
    speaker.complete(first);
    await synthesised();
    expect(voice.spoken).toEqual(['one', 'two']);
    tick(2 * FRAMES_PER_WORD + LEAD_FRAMES);
    expect(events).toEqual(['audible reply-1', 'clause one', 'clause two', 'finished reply-1: one two']);
  });

  it('is not over while its next clause is still being written', async () => {
    const { speaker, say, events, tick, synthesised } = speakerUnderTest();
    say(first, 'one');
    await synthesised();
    tick(100);
    expect(events.filter((event) => event.startsWith('finished'))).toEqual([]);
    speaker.complete(first);
    expect(events.at(-1)).toBe('finished reply-1: one');
  });

  it('is over at once when there is nothing to say', () => {
    const { speaker, say, events } = speakerUnderTest();
    say(first, '** **');
    speaker.complete(first);
    expect(events).toEqual(['finished reply-1: ']);
  });

  it('is not synthesised far beyond what is heard', async () => {
    const { speaker, say, voice, tick, synthesised } = speakerUnderTest();
    const clause = Array.from({ length: 30 }, () => 'word').join(' ');
    for (let clauses = 0; clauses < 5; clauses += 1) say(first, clause);
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
    const { speaker, say, tick, synthesised } = speakerUnderTest();
    say(first, 'one two three four');
    await synthesised();
    // 21 frames of 20 ms heard: the third word, from 400 ms on, has only begun.
    tick(21);
    expect(speaker.stop(first)).toEqual({ heard: 'one two', wasAudible: true });
  });

  it('counts whole clauses before the one that was cut', async () => {
    const { speaker, say, tick, synthesised } = speakerUnderTest();
    say(first, 'one two.');
    say(first, 'three four.');
    await synthesised();
    tick(31);
    expect(speaker.stop(first)?.heard).toBe('one two. three');
  });

  it('sends nothing more, and cancels what is being synthesised', async () => {
    const { speaker, say, voice, frames, events, tick, synthesised } = speakerUnderTest();
    voice.fail('hang');
    say(first, 'one two');
    await synthesised();
    expect(speaker.stop(first)).toEqual({ heard: '', wasAudible: false });
    await synthesised();
    tick(50);
    expect([frames, events, voice.cancelled]).toEqual([[], [], 1]);
  });

  it('makes room for the next one at once', async () => {
    const { speaker, say, events, tick, synthesised } = speakerUnderTest();
    say(first, 'one two three four five');
    await synthesised();
    tick(5);
    speaker.stop(first);
    say(second, 'six');
    speaker.complete(second);
    await synthesised();
    tick(FRAMES_PER_WORD + LEAD_FRAMES);
    expect(events.at(-1)).toBe('finished reply-2: six');
  });

  it('ignores what the model writes for it afterwards', async () => {
    const { speaker, say, voice, synthesised } = speakerUnderTest();
    say(second, 'six');
    say(first, 'late');
    speaker.complete(first);
    await synthesised();
    expect(voice.spoken).toEqual(['six']);
    expect(speaker.stop(first)).toBeUndefined();
  });
});

describe('a voice that fails', () => {
  it('is told once, with what was heard until then', async () => {
    const { speaker, say, voice, events, tick, synthesised } = speakerUnderTest();
    say(first, 'one');
    await synthesised();
    tick(FRAMES_PER_WORD + LEAD_FRAMES);
    voice.fail(new PortError('text-to-speech', 'down', { retryable: true }));
    say(first, 'two');
    speaker.complete(first);
    await synthesised();
    tick(10);
    expect(events).toEqual(['audible reply-1', 'clause one', 'failed reply-1']);
    expect(speaker.stop(first)?.heard).toBe('one');
  });
});

describe('a reply that is held', () => {
  const FRAMES = FRAMES_PER_WORD;

  async function heldInThirdWord() {
    const under = speakerUnderTest();
    under.say(first, 'one two three four');
    under.speaker.complete(first);
    await under.synthesised();
    // Half of "three" is heard, with the lead on its way.
    under.tick(2 * FRAMES + FRAMES / 2 + 1);
    under.speaker.hold(first);
    return under;
  }

  it('is quiet at once, however long the hold', async () => {
    const { frames, heard, tick } = await heldInThirdWord();
    const sent = frames.length;
    tick(100);
    expect(frames).toHaveLength(sent);
    expect(heard.slice(-100).every((word) => word === undefined)).toBe(true);
  });

  it('goes on with the word that was not heard to its end', async () => {
    const { speaker, heard, events, tick } = await heldInThirdWord();
    speaker.resume(first);
    const from = heard.length;
    tick(2 * FRAMES + 2);
    expect(heard.slice(from).find((word) => word !== undefined)).toBe(3);
    expect(heard.slice(from).filter((word) => word === 3)).toHaveLength(FRAMES);
    expect(events.at(-1)).toBe('finished reply-1: one two three four');
  });

  it('was heard as far as the caller heard it, not as far back as it would be repeated from', async () => {
    const { speaker } = await heldInThirdWord();
    expect(speaker.stop(first)).toEqual({ heard: 'one two', wasAudible: true });
    const { speaker: other, tick } = await heldInThirdWord();
    other.resume(first);
    tick(FRAMES + 2);
    expect(other.stop(first)).toEqual({ heard: 'one two three', wasAudible: true });
  });

  it('does not begin to speak while it is held, and begins when it is not', async () => {
    const { speaker, say, frames, tick, synthesised } = speakerUnderTest();
    expect(speaker.hold(first)).toBe('unheard');
    say(first, 'one');
    speaker.complete(first);
    await synthesised();
    tick(50);
    expect(frames).toEqual([]);
    speaker.resume(first);
    tick(1);
    expect(frames).toHaveLength(LEAD_FRAMES);
  });

  it('takes back what was on its way of two clauses', async () => {
    const { speaker, say, heard, tick, synthesised } = speakerUnderTest();
    say(first, 'one');
    say(first, 'two');
    speaker.complete(first);
    await synthesised();
    tick(FRAMES - 1);
    speaker.hold(first);
    speaker.resume(first);
    const from = heard.length;
    tick(3 * FRAMES);
    // Both words are the first of their clause: frame for frame, "one" again and then all of "two".
    expect(heard.slice(from).filter((word) => word === 1)).toHaveLength(2 * FRAMES);
  });
});

describe('a reply whose rest is late', () => {
  it('is told once the caller has heard all there is for a while, and again', async () => {
    const { say, events, tick, synthesised } = speakerUnderTest();
    say(first, 'one');
    await synthesised();
    tick(FRAMES_PER_WORD + 1 + 25);
    expect(events.filter((event) => event === 'stalled reply-1')).toHaveLength(1);
    tick(20);
    expect(events.filter((event) => event === 'stalled reply-1')).toHaveLength(2);
  });

  it('is not told of one that has not begun: the filler is on its way', () => {
    const { speaker, events, tick } = speakerUnderTest();
    speaker.hold(first);
    speaker.resume(first);
    tick(100);
    expect(events).toEqual([]);
  });
});

describe('a reply that breaks off', () => {
  it('is heard as far as it was made, before its failure is told', async () => {
    const { speaker, say, events, tick, synthesised } = speakerUnderTest();
    say(first, 'one');
    await synthesised();
    speaker.fail(first, new Error('the stream broke'));
    tick(FRAMES_PER_WORD);
    expect(events).toEqual(['audible reply-1', 'clause one']);
    tick(1);
    expect(events.at(-1)).toBe('failed reply-1');
    expect(speaker.stop(first)).toEqual({ heard: 'one', wasAudible: true });
  });

  it('is told at once when nothing of it was made', () => {
    const { speaker, events } = speakerUnderTest();
    speaker.fail(first, new Error('nobody there'));
    expect(events).toEqual(['failed reply-1']);
  });

  it('takes no more words', async () => {
    const { speaker, say, voice, events, tick, synthesised } = speakerUnderTest();
    say(first, 'one');
    await synthesised();
    speaker.fail(first, new Error('the stream broke'));
    say(first, 'two');
    await synthesised();
    expect(voice.spoken).toEqual(['one']);
    tick(FRAMES_PER_WORD + 1);
    expect(events.filter((event) => event.startsWith('failed'))).toHaveLength(1);
  });
});
