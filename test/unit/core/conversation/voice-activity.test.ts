import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextVoice, silentVoice, type VoiceEvent, type VoiceState } from '#core/conversation/voice-activity';

/** The events of frames of 20 ms: each `#` is voiced, anything else is not. */
function eventsOf(frames: string): readonly { readonly event: VoiceEvent; readonly atMs: number }[] {
  let state: VoiceState = silentVoice;
  const events: { event: VoiceEvent; atMs: number }[] = [];
  Array.from(frames, (frame) => frame === '#').forEach((voiced, index) => {
    const [next, event] = nextVoice(state, voiced);
    state = next;
    if (event !== undefined) events.push({ event, atMs: (index + 1) * 20 });
  });
  return events;
}

describe('a line on which somebody speaks', () => {
  it('has speech from its first syllable to a pause after it', () => {
    expect(eventsOf(`${'#'.repeat(5)}${'-'.repeat(20)}`)).toEqual([
      { event: 'speech-started', atMs: 80 },
      { event: 'speech-ended', atMs: 100 + 300 },
    ]);
  });

  it('tells once that the voice goes on', () => {
    expect(eventsOf('#'.repeat(100)).map(({ event }) => event)).toEqual(['speech-started', 'speech-sustained']);
  });

  it('has one stretch of speech through a breath', () => {
    const events = eventsOf(`${'#'.repeat(8)}${'-'.repeat(10)}${'#'.repeat(8)}${'-'.repeat(20)}`);
    expect(events.map(({ event }) => event)).toEqual(['speech-started', 'speech-sustained', 'speech-ended']);
  });

  it('has no speech in a click, nor in noise that flickers', () => {
    expect(eventsOf(`###${'-'.repeat(50)}`)).toEqual([]);
    expect(eventsOf('#-'.repeat(500))).toEqual([]);
  });
});

describe('any line', () => {
  it('has beginnings and ends in turn', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('#', '-'), maxLength: 500 }), (frames) => {
        let speaking = false;
        let sustained = false;
        for (const { event } of eventsOf(frames)) {
          expect(event === 'speech-started').toBe(!speaking);
          if (event === 'speech-sustained') expect(sustained).toBe(false);
          speaking = event !== 'speech-ended';
          sustained = event === 'speech-sustained';
        }
      }),
    );
  });
});
