import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { levelDbfs } from '#core/audio/level';
import { readBridgeMessage, silenceMessage } from '../../load/bridge/frames.ts';
import { FRAME_BYTES, lastTagIn, readMark, tagOf, writeMark } from '../../load/services/marks.ts';

const mark = fc.record({ high: fc.integer({ min: 0, max: 4095 }), low: fc.integer({ min: 0, max: 16_777_215 }) });

describe("the bench's marks in audio", () => {
  it('are read as they were written, by those they are for', () => {
    fc.assert(
      fc.property(mark, (written) => {
        const frame = Buffer.alloc(FRAME_BYTES);
        writeMark('caller', written, frame, 0);
        expect(readMark('caller', frame, 0)).toEqual(written);
        expect(readMark('agent', frame, 0)).toBeUndefined();
      }),
    );
  });

  it('are too quiet to be heard', () => {
    fc.assert(
      fc.property(mark, (written) => {
        const frame = Buffer.alloc(FRAME_BYTES);
        writeMark('caller', written, frame, 0);
        const pcm = new Int16Array(frame.buffer, frame.byteOffset, FRAME_BYTES / 2);
        expect(levelDbfs(pcm)).toBeLessThan(-65);
      }),
    );
  });

  it("are found in a caller's message and in the bridge's", () => {
    const caller = JSON.parse(silenceMessage({ high: 7, low: 1_234 }).toString()) as { audioData: { data: string } };
    expect(readMark('caller', Buffer.from(caller.audioData.data, 'base64'), 0)).toEqual({ high: 7, low: 1_234 });
    const frame = Buffer.alloc(FRAME_BYTES);
    writeMark('agent', { high: 3, low: 99 }, frame, 0);
    const sent = `{"kind":"AudioData","audioData":{"data":"${frame.toString('base64')}"}}`;
    expect(readBridgeMessage(Buffer.from(sent))).toEqual({ kind: 'audio', mark: { high: 3, low: 99 } });
    expect(readBridgeMessage(Buffer.from('{"kind":"StopAudio","stopAudio":{}}'))).toEqual({ kind: 'stop-audio' });
  });
});

describe("the bench's words", () => {
  it('name a turn of a call, the last one in a conversation', () => {
    const number = fc.integer({ min: 0, max: 3_599 });
    fc.assert(
      fc.property(number, number, (call, turn) => {
        const text = `about ${tagOf(1, 2)}. Order ${tagOf(call, turn)}, please.`;
        expect(lastTagIn(text)).toEqual({ call, turn });
      }),
    );
    expect(lastTagIn('Hello, how can I help you?')).toBeUndefined();
  });
});
