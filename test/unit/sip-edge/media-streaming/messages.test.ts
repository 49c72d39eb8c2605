import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInboundMessage } from '../../../../sip-edge/media-streaming/messages.ts';

describe('a message of the application', () => {
  it.each([
    ['the JavaScript SDK', '{"kind":"audioData","audioData":{"data":"AAAA","isSilent":false},"stopAudio":{}}'],
    ['the .NET SDK', '{"Kind":"AudioData","AudioData":{"Data":"AAAA","Participant":null},"StopAudio":null}'],
    ['the Python sample', '{"kind":"AudioData","audioData":{"data":"AAAA"}}'],
    ['the mixed sample', '{"kind":"AudioData","AudioData":{"data":"AAAA"},"StopAudio":null}'],
  ])('is audio as %s sends it', (_, text) => {
    expect(parseInboundMessage(text)).toEqual({ kind: 'audio', pcm: Buffer.alloc(3) });
  });

  it.each(['{"kind":"stopAudio","stopAudio":{}}', '{"Kind":"StopAudio","AudioData":null,"StopAudio":{}}'])(
    'stops the audio: %s',
    (text) => {
      expect(parseInboundMessage(text)).toEqual({ kind: 'stop-audio' });
    },
  );

  it('that is too large is malformed', () => {
    const text = JSON.stringify({ kind: 'AudioData', audioData: { data: 'A'.repeat(100_000) } });
    expect(parseInboundMessage(text)).toEqual({ kind: 'malformed', why: 'audio message too large' });
  });

  it('never throws, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(['audio', 'stop-audio', 'unknown', 'malformed']).toContain(parseInboundMessage(text).kind);
      }),
    );
  });
});
