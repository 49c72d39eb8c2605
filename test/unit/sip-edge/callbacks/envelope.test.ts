import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callbackEnvelope, formatCallbackTime } from '../../../../sip-edge/callbacks/envelope.ts';
import { callConnected, participantsUpdated, recordingStateChanged } from '../../../../sip-edge/callbacks/events.ts';

const call = { callConnectionId: 'conn-1', serverCallId: 'c2VydmVy', correlationId: 'cor-1' };
const at = BigInt(Date.UTC(2025, 2, 5, 8, 58, 37)) * 10_000n;

describe('the envelope of a callback', () => {
  it('has its members in the recorded order', () => {
    const { body } = callbackEnvelope(callConnected('ctx'), call, 'id-1', at + 6_980_507n);
    expect(JSON.stringify(body)).toBe(
      '[{"id":"id-1","source":"calling/callConnections/conn-1","type":"Microsoft.Communication.CallConnected",' +
        '"data":{"version":"2026-03-12","operationContext":"ctx","resultInformation":{"code":200,"subCode":0,"message":""},' +
        '"callConnectionId":"conn-1","serverCallId":"c2VydmVy","correlationId":"cor-1",' +
        '"publicEventType":"Microsoft.Communication.CallConnected"},"time":"2025-03-05T08:58:37.6980507+00:00",' +
        '"specversion":"1.0","datacontenttype":"application/json","subject":"calling/callConnections/conn-1"}]',
    );
  });

  it('has no operationContext when none was ever given', () => {
    const [event] = callbackEnvelope(participantsUpdated([], 1), call, 'id-1', at).body;
    expect(Object.keys(event['data'] as object)).not.toContain('operationContext');
  });

  it('of a recording names the recording as its source', () => {
    const [event] = callbackEnvelope(recordingStateChanged('rec-1', 'active', new Date()), call, 'id-1', at).body;
    expect(event['source']).toBe('calling/recordings/c2VydmVy/rec-1/RecordingStateChanged');
  });
});

describe('the time of a callback', () => {
  it('loses the zeros at its end', () => {
    expect(formatCallbackTime(at + 500_000n)).toBe('2025-03-05T08:58:37.05+00:00');
    expect(formatCallbackTime(at)).toBe('2025-03-05T08:58:37+00:00');
  });

  it('is always the same instant', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 40_000_000_000_000_000n }), (ticks) => {
        expect(Date.parse(formatCallbackTime(ticks))).toBe(Number(ticks / 10_000n));
      }),
    );
  });
});
