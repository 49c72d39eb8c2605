import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  defaultVoiceSettings,
  nextVoice,
  silentVoice,
  type VoiceEvent,
  type VoiceSettings,
  type VoiceState,
} from '#core/conversation/voice-activity';

/** The events of frames of 20 ms: each `#` is voiced, anything else is not. */
function eventsOf(
  frames: string,
  settings: Partial<VoiceSettings> = {},
): readonly { readonly event: VoiceEvent; readonly atMs: number }[] {
  let state: VoiceState = silentVoice;
  const events: { event: VoiceEvent; atMs: number }[] = [];
  Array.from(frames, (frame) => frame === '#').forEach((voiced, index) => {
    const [next, event] = nextVoice(state, voiced, { ...defaultVoiceSettings, ...settings });
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

  it('interrupts after so much voice as the agent asks for', () => {
    const at = (interruptAfterMs: number): number | undefined =>
      eventsOf('#'.repeat(100), { interruptAfterMs }).find(({ event }) => event === 'speech-sustained')?.atMs;
    expect([140, 400, 1_000].map(at)).toEqual([140, 400, 1_000]);
    expect(at(20)).toBe(100);
    expect(at(10_000)).toBeUndefined();
  });

  it('may be told to wait longer, or less long, for the end', () => {
    const speech = `${'#'.repeat(10)}${'-'.repeat(40)}`;
    expect(eventsOf(speech, { endedAfterMs: 100 }).at(-1)).toEqual({ event: 'speech-ended', atMs: 300 });
    expect(eventsOf(speech, { endedAfterMs: 600 }).at(-1)).toEqual({ event: 'speech-ended', atMs: 800 });
  });

  it('goes on while the mouth closes within a word, and not over a longer gap', () => {
    const sustained = (gap: number): number | undefined =>
      eventsOf(`${'#'.repeat(5)}${'-'.repeat(gap)}${'#'.repeat(20)}`).find(({ event }) => event === 'speech-sustained')
        ?.atMs;
    expect(sustained(4)).toBe(140 + 80);
    expect(sustained(7)).toBe(140 + 140 + 60);
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

const settings = fc.record({
  interruptAfterMs: fc.integer({ min: 0, max: 2_000 }),
  endedAfterMs: fc.integer({ min: 0, max: 2_000 }),
});

describe('any line', () => {
  it('has beginnings and ends in turn', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('#', '-'), maxLength: 500 }), settings, (frames, given) => {
        let speaking = false;
        let sustained = false;
        for (const { event } of eventsOf(frames, given)) {
          expect(event === 'speech-started').toBe(!speaking);
          if (event === 'speech-sustained') expect(sustained).toBe(false);
          speaking = event !== 'speech-ended';
          sustained = event === 'speech-sustained';
        }
      }),
    );
  });
});
