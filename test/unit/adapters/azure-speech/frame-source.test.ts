import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameSource, type Pace } from '#adapters/azure-speech/frame-source';
import { PhrasePace } from '#adapters/azure-speech/phrase-pace';

const FRAME_SAMPLES = 320;
const frame = (value: number): Int16Array => new Int16Array(FRAME_SAMPLES).fill(value);

type Chunk = Awaited<ReturnType<Awaited<ReturnType<FrameSource['attach']>>['read']>>;

/** What the SDK sends when it was given this. */
function sent({ buffer }: Chunk): number[] {
  expect(buffer).toBeInstanceOf(ArrayBuffer);
  return [...new Int16Array(buffer as ArrayBuffer)];
}

/** What the SDK sends when the service wants it once more. */
function sentAgain({ buffer }: Chunk, fromByte = 0): number[] {
  return [...new Int16Array(buffer?.slice(fromByte) ?? new ArrayBuffer(0))];
}

async function chunksOf(source: FrameSource): Promise<{ chunk: Chunk; message: number[] }[]> {
  const node = await source.attach('node');
  const chunks: { chunk: Chunk; message: number[] }[] = [];
  for (;;) {
    const chunk = await node.read();
    if (chunk.isEnd) return chunks;
    chunks.push({ chunk, message: sent(chunk) });
  }
}

async function messagesOf(source: FrameSource): Promise<number[][]> {
  return (await chunksOf(source)).map(({ message }) => message);
}

/** Lengths in frames of what is sent at once while these are written. */
async function leaving(paces: readonly Pace[]): Promise<number[]> {
  const source = FrameSource.open();
  const node = await source.attach('node');
  const frames: number[] = [];
  let next = node.read();
  const listen = (): void => {
    void next.then((chunk) => {
      if (chunk.isEnd) return;
      frames.push(sent(chunk).length / FRAME_SAMPLES);
      next = node.read();
      listen();
    });
  };
  listen();
  for (const pace of paces) {
    source.write(frame(1), pace);
    await new Promise((resolve) => setImmediate(resolve));
  }
  source.close();
  await new Promise((resolve) => setImmediate(resolve));
  return frames;
}

const times = (count: number, pace: Pace): Pace[] => Array.from({ length: count }, () => pace);

describe('audio for the recogniser', () => {
  it('leaves in messages of 100 ms', async () => {
    expect(await leaving(times(12, 'together'))).toEqual([5, 5, 2]);
  });

  it('leaves in messages of 300 ms where nobody speaks, and what waited goes with the first sound', async () => {
    expect(await leaving(times(32, 'sparse'))).toEqual([15, 15, 2]);
    expect(await leaving([...times(7, 'sparse'), ...times(6, 'together')])).toEqual([8, 5]);
    expect(await leaving([...times(2, 'sparse'), ...times(6, 'together')])).toEqual([5, 3]);
  });

  it('leaves in messages of 300 ms where the service is slow', async () => {
    const source = FrameSource.open();
    for (let count = 0; count < 40; count += 1) source.write(frame(count), 'together');
    source.close();
    expect((await messagesOf(source)).map(({ length }) => length / FRAME_SAMPLES)).toEqual([15, 15, 10]);
  });

  it('leaves at once, with what waited, when somebody waits for the answer', async () => {
    const source = FrameSource.open();
    const node = await source.attach('node');
    const first = node.read();
    source.write(frame(1), 'together');
    source.write(frame(2), 'at-once');
    expect(sent(await first)).toHaveLength(2 * FRAME_SAMPLES);
    const second = node.read();
    source.write(frame(3), 'at-once');
    expect(sent(await second)).toHaveLength(FRAME_SAMPLES);
  });

  it('is complete and in order, however it was cut and hurried', async () => {
    const write = fc.record({
      samples: fc.integer({ min: 0, max: 4_000 }),
      pace: fc.constantFrom<Pace>('sparse', 'together', 'at-once'),
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
        const chunks = await chunksOf(source);
        const messages = chunks.map(({ message }) => message);
        const wanted = new Int16Array(value).map((_, index) => index + 1);
        expect(messages.flat()).toEqual([...wanted]);
        expect(messages.every(({ length }) => length > 0 && length <= 4_800)).toBe(true);
        expect(chunks.map(({ chunk }) => sentAgain(chunk))).toEqual(messages);
      }),
    );
  });

  it('can be sent again for 20 s, from any sample on; what is older is silence', async () => {
    const source = FrameSource.open();
    const node = await source.attach('node');
    const chunks: Chunk[] = [];
    for (let count = 1; count <= 1_001; count += 1) {
      source.write(frame(count), 'at-once');
      chunks.push(await node.read());
    }
    const [oldest, next] = chunks as [Chunk, Chunk];
    expect([oldest.buffer?.byteLength, sentAgain(oldest)]).toEqual([640, [...frame(0)]]);
    expect(sentAgain(next)).toEqual([...frame(2)]);
    expect(sentAgain(next, 100)).toEqual([...frame(2).subarray(50)]);
  });

  it('has room for 20 s that the service does not take', async () => {
    const source = FrameSource.open();
    const node = await source.attach('node');
    const written = Array.from({ length: 1_001 }, (_, count) => source.write(frame(count), 'together'));
    expect([written.indexOf(false), written.lastIndexOf(true)]).toEqual([1_000, 999]);
    expect(sent(await node.read())[0]).toBe(0);
    expect(source.write(frame(1_001), 'together')).toBe(true);
  });

  it('is over when it is closed', async () => {
    const source = FrameSource.open();
    source.close();
    source.close();
    source.write(frame(1), 'at-once');
    expect(await messagesOf(source)).toEqual([]);
  });
});

describe('a pause in what the service is hearing', () => {
  it('leaves at once: with the first frame that is quieter than the words, and each when it is more than a gap', () => {
    const pace = new PhrasePace();
    pace.phraseHeard();
    expect([8_000, 5_000, 9_000, 2_000, 100, 0, 0, 0, 0].map((value) => pace.paceOf(frame(value)))).toEqual([
      ...times(3, 'together'),
      'at-once',
      ...times(3, 'together'),
      ...times(2, 'at-once'),
    ]);
    expect([9_000, 0, 0, 9_000, 0].map((value) => pace.paceOf(frame(value)))).toEqual([
      'together',
      'at-once',
      ...times(2, 'together'),
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

describe('a line on which nobody speaks', () => {
  const paces = (pace: PhrasePace, value: number, count: number): Pace[] =>
    Array.from({ length: count }, () => pace.paceOf(frame(value)));

  it.each([
    ['silent', 0],
    ['noisy', 300],
  ])('is sent sparsely after a second when it is %s, until the first sound', (_, noise) => {
    const pace = new PhrasePace();
    paces(pace, noise, 200);
    expect(pace.paceOf(frame(noise))).toBe('sparse');
    expect(pace.paceOf(frame(noise * 2.5 + 30))).toBe('together');
    expect(paces(pace, noise, 51)).toEqual([...times(49, 'together'), 'sparse', 'sparse']);
  });

  it('takes noise that lasts for the quiet of that line', () => {
    const pace = new PhrasePace();
    paces(pace, 0, 100);
    expect(paces(pace, 100, 300).lastIndexOf('together')).toBeLessThan(250);
    expect(pace.paceOf(frame(100))).toBe('sparse');
  });

  it('is no such line while the service hears a phrase', () => {
    const pace = new PhrasePace();
    paces(pace, 0, 100);
    pace.phraseHeard();
    expect(pace.paceOf(frame(0))).toBe('together');
  });
});
