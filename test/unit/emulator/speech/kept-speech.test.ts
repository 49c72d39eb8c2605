import { describe, expect, it } from 'vitest';
import { keepingSpeech } from '../../../../emulator/speech/engine/kept-speech.ts';
import type { SpeechEngine } from '../../../../emulator/speech/engine/pool.ts';
import type { Speech } from '../../../../emulator/speech/engine/speech.ts';

function engineOf(): {
  readonly engine: SpeechEngine;
  readonly asked: { text: string; done: PromiseWithResolvers<Speech> }[];
} {
  const asked: { text: string; done: PromiseWithResolvers<Speech> }[] = [];
  return {
    asked,
    engine: {
      speak: (text) => {
        const done = Promise.withResolvers<Speech>();
        asked.push({ text, done });
        return done.promise;
      },
      close: () => Promise.resolve(),
    },
  };
}

const sound = (): Speech => ({ samples: new Int16Array(3), phones: [] });

describe('a clause that many are told', () => {
  it('is spoken once, for those who ask at the same time and those who ask later', async () => {
    const { engine, asked } = engineOf();
    const kept = keepingSpeech(engine, { maxClauses: 2 });
    const both = [kept.speak('Hello.', 'slt'), kept.speak('Hello.', 'slt')];
    const hello = sound();
    asked[0]?.done.resolve(hello);
    expect(await Promise.all([...both, kept.speak('Hello.', 'slt')])).toEqual([hello, hello, hello]);
    expect(asked).toHaveLength(1);
  });

  it('is another one in another voice, and once it was forgotten', async () => {
    const { engine, asked } = engineOf();
    const kept = keepingSpeech(engine, { maxClauses: 2 });
    const ask = async (text: string, voice: 'slt' | 'rms'): Promise<void> => {
      const speech = kept.speak(text, voice);
      asked.at(-1)?.done.resolve(sound());
      await speech;
    };
    await ask('One.', 'slt');
    await ask('One.', 'rms');
    await ask('One.', 'slt');
    await ask('Two.', 'slt');
    await ask('One.', 'rms');
    expect(asked.map(({ text }) => text)).toEqual(['One.', 'One.', 'Two.', 'One.']);
  });

  it('is still told to the others when one of them leaves', async () => {
    const { engine, asked } = engineOf();
    const kept = keepingSpeech(engine, { maxClauses: 2 });
    const leaving = new AbortController();
    const left = kept.speak('Hello.', 'slt', leaving.signal);
    const stays = kept.speak('Hello.', 'slt');
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    const hello = sound();
    asked[0]?.done.resolve(hello);
    expect(await stays).toBe(hello);
    await expect(kept.speak('Hello.', 'slt', leaving.signal)).rejects.toThrow('gone');
  });

  it('is spoken anew when it failed', async () => {
    const { engine, asked } = engineOf();
    const kept = keepingSpeech(engine, { maxClauses: 2 });
    const first = kept.speak('Hello.', 'slt');
    asked[0]?.done.reject(new Error('the worker died'));
    await expect(first).rejects.toThrow('the worker died');
    const second = kept.speak('Hello.', 'slt');
    asked[1]?.done.resolve(sound());
    await second;
    expect(asked).toHaveLength(2);
  });
});
