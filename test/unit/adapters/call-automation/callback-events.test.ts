import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCallbackBody } from '#adapters/call-automation/callback-events';
import { connectionId } from '../../../support/offered-call.ts';

const receivedAtMs = 1_790_000_000_000;
const eventAtMs = Date.parse('2026-01-01T00:00:00.123Z');

/** A callback as recorded, with one thing changed. */
function callback(type: string, data: Record<string, unknown> = {}, envelope: Record<string, unknown> = {}): string {
  return JSON.stringify([
    {
      id: 'event-1',
      source: `calling/callConnections/${connectionId}`,
      type: `Microsoft.Communication.${type}`,
      specversion: '1.0',
      time: '2026-01-01T00:00:00.1234567+00:00',
      data: { callConnectionId: connectionId, correlationId: 'cor-1', ...data },
      ...envelope,
    },
  ]);
}

function parsed(body: string) {
  const result = parseCallbackBody(body, receivedAtMs);
  if (!result.ok) throw new Error(result.problem);
  return result.events;
}

describe('a callback', () => {
  it.each([
    ['CallConnected', {}, { type: 'connected', connectionId }],
    ['MediaStreamingStarted', {}, { type: 'media-started', connectionId }],
    [
      'MediaStreamingFailed',
      { mediaStreamingUpdate: { mediaStreamingStatusDetails: 'streamConnectionInterrupted' } },
      { type: 'media-lost', connectionId, detail: 'streamConnectionInterrupted' },
    ],
    ['MediaStreamingStopped', {}, { type: 'media-lost', connectionId, detail: 'unspecifiedError' }],
    [
      'CallDisconnected',
      { resultInformation: { code: 200, subCode: 540_000, message: 'Call ended' } },
      { type: 'disconnected', code: 200, subCode: 540_000 },
    ],
    ['CallDisconnected', {}, { type: 'disconnected', code: 0, subCode: 0 }],
    [
      'AnswerFailed',
      { resultInformation: { code: 400, subCode: 8501 } },
      { type: 'answer-refused', code: 400, subCode: 8501 },
    ],
    [
      'CallTransferAccepted',
      { operationContext: 't-1', transferTarget: { kind: 'phoneNumber', phoneNumber: { value: '+18005550142' } } },
      { type: 'transfer-accepted', transferId: 't-1', target: '+18005550142' },
    ],
    [
      'CallTransferFailed',
      { operationContext: 't-1', resultInformation: { code: 486, subCode: 560_486 } },
      { type: 'transfer-failed', transferId: 't-1', code: 486, subCode: 560_486 },
    ],
    [
      'ContinuousDtmfRecognitionToneReceived',
      { sequenceId: 3, tone: 'pound' },
      { type: 'key-pressed', sequenceId: 3, key: '#' },
    ],
    [
      'ContinuousDtmfRecognitionToneReceived',
      { sequenceId: 4, tone: 'Seven' },
      { type: 'key-pressed', sequenceId: 4, key: '7' },
    ],
  ])('%s with %j is understood', (type, data, event) => {
    expect(parsed(callback(type, data))[0]).toMatchObject({ id: 'event-1', type, known: true, event });
    expect(parsed(callback(type, data))[0]?.event?.atMs).toBe(eventAtMs);
  });

  it('of a type nobody has published is kept, as unknown', () => {
    expect(parsed(callback('CallLevitated'))[0]).toMatchObject({
      type: 'CallLevitated',
      known: false,
      event: undefined,
    });
  });

  it('that means nothing for the life of a call is known all the same', () => {
    expect(parsed(callback('PlayCompleted', { operationContext: 'apology-1' }))[0]).toMatchObject({
      known: true,
      event: undefined,
      operationContext: 'apology-1',
    });
  });

  it('without a time happened when it came', () => {
    expect(parsed(callback('CallConnected', {}, { time: 'yesterday' }))[0]?.timeMs).toBe(receivedAtMs);
  });

  it.each([
    [{ sequenceId: 1, tone: 'flash' }],
    [{ sequenceId: 1 }],
    [{ tone: 'one' }],
    [{ sequenceId: -1, tone: 'one' }],
    [{ sequenceId: 0.5, tone: 'one' }],
    [{ sequenceId: '1', tone: 'constructor' }],
  ])('about a key says nothing when it is %j', (data) => {
    const [event] = parsed(callback('ContinuousDtmfRecognitionToneReceived', data));
    expect(event).toMatchObject({ known: true, event: undefined });
  });

  it('about a connection it does not name says nothing of the call', () => {
    expect(parsed(callback('CallConnected', { callConnectionId: 17 }))[0]).toMatchObject({ event: undefined });
  });

  it('may come alone, without its list', () => {
    const [event] = JSON.parse(callback('CallConnected')) as unknown[];
    expect(parsed(JSON.stringify(event))).toHaveLength(1);
  });
});

describe('a callback body', () => {
  it.each([
    ['no JSON', '{"id":'],
    ['a word', '"hello"'],
    ['a list of words', '["hello"]'],
    ['an event without an id', callback('CallConnected', {}, { id: undefined })],
    ['an event with an endless id', callback('CallConnected', {}, { id: 'x'.repeat(10_000) })],
    ['too many events', JSON.stringify(Array.from({ length: 1_000 }, () => ({})))],
    ['two megabytes', `"${'x'.repeat(2_000_000)}"`],
    ['nothing', ''],
  ])('that is %s is refused', (_, body) => {
    expect(parseCallbackBody(body, receivedAtMs)).toMatchObject({ ok: false });
  });

  it('never throws, whatever the JSON is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (data) => {
        expect(parseCallbackBody(callback('CallTransferFailed', {}, { data }), receivedAtMs)).toMatchObject({
          ok: true,
        });
        parseCallbackBody(JSON.stringify(data), receivedAtMs);
      }),
    );
  });
});
