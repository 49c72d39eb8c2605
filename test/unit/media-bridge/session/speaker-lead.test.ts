import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '#adapters/clock/system-clock';
import { SAMPLES_PER_FRAME } from '#core/audio/pcm';
import { replyId } from '#core/ids';
import { localesOf } from '#core/language/locale';
import type { Clock } from '#core/ports/clock';
import type { SpeechChunk } from '#core/ports/text-to-speech';
import { FrameClock } from '../../../../media-bridge/audio/frame-clock.ts';
import { Speaker } from '../../../../media-bridge/session/speaker.ts';
import { agentWith, packs } from '../../../support/turn-play.ts';

const [style] = localesOf(agentWith(), packs);
const reply = replyId(1);
const LEAD_FRAMES = 5;

interface PhoneFrame {
  readonly number: number;
  readonly endsMs: number;
}

/** The caller's telephone: plays each frame from when it comes, or when those before it are over, and has heard it 20 ms later. */
function telephone(nowMs: () => number) {
  let frames: PhoneFrame[] = [];
  let mostAhead = 0;
  let playedOutMs = 0;
  return {
    play(pcm: Int16Array): void {
      playedOutMs = Math.max(playedOutMs, nowMs()) + 20;
      frames.push({ number: pcm[0] ?? 0, endsMs: playedOutMs });
      mostAhead = Math.max(mostAhead, (playedOutMs - nowMs()) / 20);
    },
    /** StopAudio: what has not been heard to its end goes. */
    stop(): void {
      frames = frames.filter(({ endsMs }) => endsMs <= nowMs());
      playedOutMs = nowMs();
    },
    get mostAhead() {
      return mostAhead;
    },
    get heard() {
      return frames.filter(({ endsMs }) => endsMs <= nowMs()).map(({ number }) => number);
    },
  };
}

/** One speaker on the frame clock, with a voice that gives what it is told to, when it is told to. Time passes by hand, with timers or without. */
function line() {
  let stalledMs = 0;
  const clock: Clock = { ...systemClock(), monotonicMs: () => performance.now() + stalledMs };
  const phone = telephone(() => clock.monotonicMs());
  const toldHeard: number[] = [];
  const finished: string[] = [];
  /** Of the clause that is being synthesised. */
  let give: (chunk: SpeechChunk | 'end') => void = () => undefined;
  let made = 0;
  const speaker = new Speaker({
    textToSpeech: {
      async *speak(): AsyncGenerator<SpeechChunk> {
        for (;;) {
          const chunk = await new Promise<SpeechChunk | 'end'>((resolve) => (give = resolve));
          if (chunk === 'end') return;
          yield chunk;
        }
      },
    },
    clock,
    sendFrame: (pcm) => phone.play(pcm),
    onHeard: (pcm) => {
      if (pcm !== undefined) toldHeard.push(pcm[0] ?? 0);
    },
    stalledAfterMs: 400,
    events: {
      onAudible: () => undefined,
      onClause: () => undefined,
      onStalled: () => undefined,
      onFinished: (_, text) => finished.push(text),
      onFailed: () => undefined,
    },
  });
  const frameClock = new FrameClock(clock);
  const stop = frameClock.onTick((dueMs) => speaker.tick(dueMs));
  const settled = async (): Promise<void> => {
    for (let turns = 0; turns < 20; turns += 1) await Promise.resolve();
  };
  return {
    speaker,
    phone,
    toldHeard,
    finished,
    get made() {
      return made;
    },
    say: async (text: string) => {
      speaker.say(reply, text, style, 'written');
      await settled();
    },
    /** So many frames of speech come, each of which bears its number. */
    audio: async (frames: number) => {
      const pcm = new Int16Array(frames * SAMPLES_PER_FRAME);
      for (let at = 0; at < frames; at += 1)
        pcm.fill((made += 1), at * SAMPLES_PER_FRAME, (at + 1) * SAMPLES_PER_FRAME);
      give({ type: 'audio', pcm });
      await settled();
    },
    endOfClause: async () => {
      give('end');
      await settled();
    },
    pass: async (ms: number) => {
      vi.advanceTimersByTime(ms);
      await settled();
    },
    /** No timer fires meanwhile. */
    stall: (ms: number) => (stalledMs += ms),
    hold: () => {
      if (speaker.hold(reply) === 'audible') phone.stop();
    },
    close: () => {
      stop();
      speaker.close();
    },
  };
}

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

describe('the lead after a stall', () => {
  it('is no longer for beats that were due before the sound began', async () => {
    const { say, audio, phone, pass, stall, close } = line();
    await say('one');
    await pass(19);
    stall(85);
    await audio(20);
    expect(phone.mostAhead).toBe(LEAD_FRAMES);
    await pass(100);
    expect(phone.mostAhead).toBeLessThanOrEqual(LEAD_FRAMES);
    close();
  });

  it('is no longer for beats in which the caller had run out of audio', async () => {
    const { say, audio, phone, pass, stall, close } = line();
    await say('one');
    await audio(3);
    await pass(20);
    stall(99);
    await audio(20);
    await pass(200);
    expect(phone.mostAhead).toBeLessThanOrEqual(LEAD_FRAMES);
    close();
  });

  it('is whole again, and all that was sent before was heard, when the stall was longer than what is made up for', async () => {
    const { say, audio, phone, toldHeard, pass, stall, close } = line();
    await say('one');
    await audio(20);
    await pass(100);
    stall(1_000);
    const heard = phone.heard;
    expect(heard).toHaveLength(10);
    await pass(20);
    expect(toldHeard).toEqual(heard);
    await pass(100);
    expect(phone.heard).toHaveLength(15);
    expect(phone.mostAhead).toBe(LEAD_FRAMES);
    close();
  });
});

describe('what was heard', () => {
  it('is what the caller heard until the hold, also when the beats in which they heard it are late', async () => {
    const { say, audio, speaker, phone, pass, stall, hold, close } = line();
    await say('one');
    await audio(10);
    await pass(30);
    stall(60);
    hold();
    const before = phone.heard;
    expect(before.length).toBeGreaterThan(3);
    speaker.resume(reply);
    await pass(500);
    expect(phone.heard).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    close();
  });
});

describe('whatever stalls and whenever audio comes', () => {
  const happening = fc.oneof(
    { weight: 4, arbitrary: fc.record({ type: fc.constant('pass' as const), by: fc.integer({ min: 1, max: 120 }) }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('stall' as const), by: fc.integer({ min: 1, max: 300 }) }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('audio' as const), by: fc.integer({ min: 1, max: 12 }) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('clause', 'hold', 'resume'), by: fc.constant(0) }) },
  );

  it('no more than five frames are ahead of the caller, and each is heard once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 40 }), async (happenings) => {
        const under = line();
        const texts = ['one'];
        await under.say('one');
        for (const { type, by } of happenings) {
          if (type === 'pass') await under.pass(by);
          else if (type === 'stall') under.stall(by);
          else if (type === 'audio') await under.audio(by);
          else if (type === 'hold') under.hold();
          else if (type === 'resume') under.speaker.resume(reply);
          else {
            await under.endOfClause();
            texts.push('more');
            await under.say('more');
          }
        }
        under.speaker.resume(reply);
        await under.endOfClause();
        under.speaker.complete(reply);
        await under.pass(under.made * 20 + 400);
        expect(under.phone.mostAhead).toBeLessThanOrEqual(LEAD_FRAMES);
        expect(under.phone.heard).toEqual(Array.from({ length: under.made }, (_, at) => at + 1));
        expect(under.finished).toEqual([texts.join(' ')]);
        under.close();
      }),
      { numRuns: 300 },
    );
  });
});
