import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FRAME_MS, SAMPLES_PER_FRAME } from '#core/audio/pcm';
import { RecentSpeech } from '../../../../media-bridge/session/recent-speech.ts';

const KEPT_FRAMES = 750;
const LEAD_IN_FRAMES = 25;

type Event =
  | { readonly type: 'frames'; readonly count: number; readonly sound: 'voice' | 'quiet' }
  | { readonly type: 'partial' | 'final' | 'no-words'; readonly agoFrames: number };

const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({
    type: fc.constant('frames' as const),
    count: fc.integer({ min: 1, max: 400 }),
    sound: fc.constantFrom('voice' as const, 'quiet' as const),
  }),
  fc.record({
    type: fc.constantFrom('partial' as const, 'final' as const, 'no-words' as const),
    agoFrames: fc.nat(200),
  }),
);

describe('what another recogniser hears first', () => {
  it('is all voice that nothing settled and 15 seconds reach back to, unbroken to the end, and no long silence before it', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        const recent = new RecentSpeech();
        const voiced: number[] = [];
        let frames = 0;
        let settled = 0;
        let words: number | undefined;
        for (const one of events) {
          if (one.type === 'frames') {
            for (let count = 0; count < one.count; count += 1) {
              recent.push(new Int16Array(SAMPLES_PER_FRAME).fill(frames));
              if (one.sound === 'voice') {
                recent.voiceHeard();
                voiced.push(frames);
              }
              frames += 1;
            }
            continue;
          }
          const at = Math.max(0, frames - one.agoFrames);
          words = one.type === 'partial' ? at : undefined;
          if (one.type === 'partial') recent.wordsFrom(at * FRAME_MS);
          else if (one.type === 'final') recent.settle(at * FRAME_MS);
          else recent.makesNoSense(at * FRAME_MS);
          if (one.type !== 'partial') settled = Math.max(settled, at);
        }
        const oldest = Math.max(settled, frames - KEPT_FRAMES);
        const firstVoice = voiced.find((frame) => frame >= oldest) ?? frames;
        const from = Math.max(oldest, Math.min(firstVoice, words ?? frames) - LEAD_IN_FRAMES);
        const replay = recent.replay();
        expect(replay.startMs).toBe(from * FRAME_MS);
        expect(replay.frames.map((pcm) => pcm[0])).toEqual(Array.from({ length: frames - from }, (_, at) => from + at));
        expect(replay.frames.every((pcm) => pcm.length === SAMPLES_PER_FRAME)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('does not change when the sender writes over its frame', () => {
    const recent = new RecentSpeech();
    const frame = new Int16Array(SAMPLES_PER_FRAME).fill(7);
    recent.push(frame);
    frame.fill(0);
    expect(recent.replay().frames[0]?.[0]).toBe(7);
  });
});
