import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dtmfPackets, DtmfReceiver } from '../../../../emulator/enterprise/audio/dtmf.ts';
import { decodeG711, encodeG711 } from '../../../../emulator/enterprise/audio/g711.ts';
import { LevelDetector } from '../../../../emulator/enterprise/audio/level.ts';
import { toTelephoneRate } from '../../../../emulator/enterprise/audio/resample.ts';
import { readWav, writeWav } from '../../../../emulator/enterprise/audio/wav.ts';
import { toneOf, toneShare } from '../../../support/tone.ts';

describe('a recording', () => {
  it('is a RIFF file with the caller left and the agent right', () => {
    const wav = writeWav([Int16Array.of(1, 2), Int16Array.of(-1)], 8_000);
    expect(wav.toString('latin1', 0, 4)).toBe('RIFF');
    expect(wav.readUInt16LE(22)).toBe(2);
    expect(wav.readUInt32LE(24)).toBe(8_000);
    expect([0, 1, 2, 3].map((index) => wav.readInt16LE(44 + index * 2))).toEqual([1, -1, 2, 0]);
  });

  it('reads back as it was written, whatever was said', () => {
    fc.assert(
      fc.property(fc.int16Array(), fc.constantFrom(8_000, 16_000), (samples, sampleRateHz) => {
        expect(readWav(writeWav([samples], sampleRateHz))).toEqual({ sampleRateHz, samples });
      }),
    );
  });

  it('says what is wrong with a file that is no 16-bit mono PCM', () => {
    expect(() => readWav(Buffer.from('ID3 not a wave file'))).toThrow('not a WAV file');
    expect(() => readWav(writeWav([Int16Array.of(1), Int16Array.of(1)], 8_000))).toThrow('2 channels');
    expect(() => readWav(writeWav([], 8_000).subarray(0, 36))).toThrow();
  });
});

describe('audio brought to the telephone', () => {
  it('keeps a tone and drops what the telephone cannot carry', () => {
    const wide = Int16Array.from({ length: 16_000 }, (_, index) =>
      Math.round(
        8_000 * (Math.sin((2 * Math.PI * 1_000 * index) / 16_000) + Math.sin((2 * Math.PI * 6_000 * index) / 16_000)),
      ),
    );
    const narrow = toTelephoneRate({ sampleRateHz: 16_000, samples: wide });
    expect(narrow).toHaveLength(8_000);
    expect(toneShare(narrow.subarray(400, 7_600), 1_000)).toBeGreaterThan(0.99);
  });

  it.each(['PCMU', 'PCMA'] as const)('sounds the same after %s', (codec) => {
    const heard = decodeG711(Uint8Array.from(encodeG711(toneOf(1_000, 100), codec)), codec);
    expect(toneShare(heard, 1_000)).toBeGreaterThan(0.99);
  });
});

describe('the level detector', () => {
  const loud = toneOf(440, 20);
  const quiet = new Int16Array(160);
  const feed = (detector: LevelDetector, frames: readonly Int16Array[]): unknown[] =>
    frames.map((frame, index) => detector.push(frame, index * 20)).filter((change) => change !== undefined);

  it('says when voice began: at its first frame', () => {
    expect(feed(new LevelDetector(), [quiet, loud, loud, loud])).toEqual([{ heard: 'voice', atMs: 20 }]);
  });

  it('takes a click for no voice', () => {
    expect(feed(new LevelDetector(), [quiet, loud, quiet, loud, quiet])).toEqual([]);
  });

  it('does not end a voice at a pause between words', () => {
    const pause = Array.from({ length: 20 }, () => quiet);
    expect(feed(new LevelDetector(), [loud, loud, ...pause, loud, loud])).toHaveLength(1);
  });

  it('says when the voice had ended, once the silence is long enough', () => {
    const silence = Array.from({ length: 40 }, () => quiet);
    expect(feed(new LevelDetector(), [loud, loud, ...silence])).toEqual([
      { heard: 'voice', atMs: 0 },
      { heard: 'silence', atMs: 20 },
    ]);
  });
});

describe('a key press', () => {
  it('is one event that grows by 20 ms a packet and ends three times', () => {
    const packets = dtmfPackets('5');
    expect(packets[0]).toMatchObject({ marker: true, isEnd: false });
    expect(packets.slice(1).every(({ marker }) => !marker)).toBe(true);
    expect(packets.map(({ payload }) => payload.toString('hex'))).toEqual([
      '050a00a0',
      '050a0140',
      '050a01e0',
      '050a0280',
      '050a0320',
      '050a03c0',
      '050a0460',
      '050a0500',
      '058a0500',
      '058a0500',
      '058a0500',
    ]);
  });

  it('counts once, whichever of its packets arrive', () => {
    const key = fc.constantFrom('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#');
    const arrived = fc.subarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], { minLength: 1 });
    fc.assert(
      fc.property(fc.array(fc.tuple(key, arrived)), (presses) => {
        const receiver = new DtmfReceiver();
        const keys = presses.flatMap(([pressed, indexes], press) =>
          indexes.flatMap((index) => receiver.receive(dtmfPackets(pressed)[index]!.payload, press * 2_000) ?? []),
        );
        expect(keys).toEqual(presses.map(([pressed]) => pressed));
      }),
    );
  });

  it('ignores a packet that is too short or names no key', () => {
    const receiver = new DtmfReceiver();
    expect(receiver.receive(Uint8Array.of(1, 2), 0)).toBeUndefined();
    expect(receiver.receive(Uint8Array.of(99, 0, 0, 0), 0)).toBeUndefined();
    expect(() => dtmfPackets('x')).toThrow('not a key');
  });
});
