import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameSource, type Pace } from '#adapters/azure-speech/frame-source';
import { PhrasePace } from '#adapters/azure-speech/phrase-pace';

const FRAME_SAMPLES = 320;
const frame = (value: number): Int16Array => new Int16Array(FRAME_SAMPLES).fill(value);

async function messagesOf(source: FrameSource): Promise<number[][]> {
  const node = await source.attach('node');
  const messages: number[][] = [];
  for (;;) {
    const { buffer, isEnd } = await node.read();
    if (isEnd) return messages;
    messages.push([...new Int16Array(buffer ?? new ArrayBuffer(0))]);
  }
}

describe('audio for the recogniser', () => {
  it('leaves in messages of 100 ms', async () => {
    const source = FrameSource.open();
    for (let count = 0; count < 12; count += 1) source.write(frame(count), 'together');
    source.close();
    expect((await messagesOf(source)).map(({ length }) => length / FRAME_SAMPLES)).toEqual([5, 5, 2]);
  });

  it('leaves at once, with what waited, when somebody waits for the answer', async () => {
    const source = FrameSource.open();
    const node = await source.attach('node');
    const first = node.read();
    source.write(frame(1), 'together');
    source.write(frame(2), 'at-once');
    expect((await first).buffer?.byteLength).toBe(2 * 640);
    const second = node.read();
    source.write(frame(3), 'at-once');
    expect((await second).buffer?.byteLength).toBe(640);
  });

  it('is complete and in order, however it was cut and hurried', async () => {
    const write = fc.record({
      samples: fc.integer({ min: 0, max: 4_000 }),
      pace: fc.constantFrom<Pace>('together', 'at-once'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(write, { maxLength: 20 }), async (writes) => {
        const source = FrameSource.open();
        let value = 0;
        for (const { samples, pace } of writes)
          source.write(
            Int16Array.from({ length: samples }, () => (value += 1)),
            pace,
          );
        source.close();
        const messages = await messagesOf(source);
        const wanted = new Int16Array(value).map((_, index) => index + 1);
        expect(messages.flat()).toEqual([...wanted]);
        expect(messages.every(({ length }) => length > 0 && length <= 1_600)).toBe(true);
      }),
    );
  });

  it('is over when it is closed', async () => {
    const source = FrameSource.open();
    source.close();
    source.close();
    source.write(frame(1), 'at-once');
    expect(await messagesOf(source)).toEqual([]);
    expect(source.waitingMs).toBe(0);
  });
});

describe('a pause in what the service is hearing', () => {
  it('leaves at once, from the frame that is quieter than the words', () => {
    const pace = new PhrasePace();
    pace.phraseHeard();
    expect([8_000, 5_000, 9_000, 2_000, 100, 0].map((value) => pace.paceOf(frame(value)))).toEqual([
      'together',
      'together',
      'together',
      'at-once',
      'at-once',
      'at-once',
    ]);
  });

  it('does not hurry when no phrase is heard, or no more', () => {
    const pace = new PhrasePace();
    expect(pace.paceOf(frame(0))).toBe('together');
    pace.phraseHeard();
    pace.paceOf(frame(9_000));
    pace.phraseEnded();
    expect(pace.paceOf(frame(0))).toBe('together');
  });
});
