import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SAMPLES_PER_FRAME } from '#core/audio/pcm';
import { readCarefully, readInboundMessage } from '../../../../media-bridge/acs/inbound-message.ts';
import { ordinaryFrame } from '../../../../media-bridge/acs/ordinary-frame.ts';

const read = (message: unknown) =>
  readInboundMessage(Buffer.from(typeof message === 'string' ? message : JSON.stringify(message)));
const pcm = Int16Array.from([1, -2, 300, -32_768]);
const data = Buffer.from(pcm.buffer).toString('base64');

describe('an audio message', () => {
  it.each<[string, unknown]>([
    [
      'as ACS sends it',
      { kind: 'AudioData', audioData: { timestamp: '2026-11-20T19:16:12.925Z', data, silent: false } },
    ],
    ['with its parts in capitals', { Kind: 'audiodata', AudioData: { Data: data } }],
    ['that is silent', { kind: 'AudioData', audioData: { data, silent: true } }],
    ['that does not say whether it is silent', { kind: 'AudioData', audioData: { data } }],
    ['of no participant', { kind: 'AudioData', audioData: { data, participantRawID: null, silent: false } }],
    ['with members that are new', { kind: 'AudioData', version: 2, audioData: { data, codec: {} } }],
  ])('%s is read', (_, message) => {
    expect(read(message)).toEqual({ ok: true, message: { kind: 'audio', pcm } });
  });
});

describe('a frame in an ordinary message', () => {
  const timestamp = '2026-11-20T19:16:12.925Z';
  const frame = fc.int16Array({ minLength: SAMPLES_PER_FRAME, maxLength: SAMPLES_PER_FRAME });
  const base64 = (samples: Int16Array): string => Buffer.from(samples.buffer).toString('base64');
  const messageOf = (audioData: object): Buffer => Buffer.from(JSON.stringify({ kind: 'AudioData', audioData }));

  it.each([
    ['mixed', { timestamp }],
    ['of one participant', { timestamp, participantRawID: '4:+15550100' }],
    ['of an edge that says little', {}],
  ])('is known at sight: %s', (_, members) => {
    fc.assert(
      fc.property(frame, fc.constantFrom({ silent: false }, { silent: true }, {}), (samples, silent) => {
        expect(ordinaryFrame(messageOf({ ...members, data: base64(samples), ...silent }))).toEqual(samples);
      }),
    );
  });

  it('is what careful reading makes of it, and whatever differs by a byte is left to careful reading', () => {
    const change = fc.record({
      at: fc.nat(1_100),
      removed: fc.nat(3),
      put: fc.oneof(
        fc.constant(''),
        fc.string({ maxLength: 3 }),
        fc.constantFrom('"', '\\', '=', '-', '\n', '\u00e9', '}}'),
      ),
    });
    const data = fc.oneof(frame.map(base64), fc.base64String({ minLength: 840, maxLength: 872 }));
    fc.assert(
      fc.property(data, fc.array(change, { maxLength: 2 }), (text, changes) => {
        let message = messageOf({ timestamp, data: text, silent: false });
        for (const { at, removed, put } of changes)
          message = Buffer.concat([message.subarray(0, at), Buffer.from(put), message.subarray(at + removed)]);
        const known = ordinaryFrame(message);
        const read = readCarefully(message);
        if (known !== undefined) expect(read).toEqual({ ok: true, message: { kind: 'audio', pcm: known } });
        expect(readInboundMessage(message)).toEqual(read);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a message about the stream', () => {
  it('says its sample rate', () => {
    const audioMetadata = { subscriptionId: 'x', encoding: 'PCM', sampleRate: 16_000, channels: 1, length: 640 };
    expect(read({ kind: 'AudioMetadata', audioMetadata })).toEqual({
      ok: true,
      message: { kind: 'metadata', sampleRateHz: 16_000 },
    });
  });
});

describe('a key', () => {
  it.each([
    ['3', '3'],
    ['*', '*'],
    ['#', '#'],
    ['pound', '#'],
    ['Asterisk', '*'],
    ['star', '*'],
    ['hash', '#'],
    ['a', 'A'],
    ['seven', '7'],
  ])('spelled %j is %s', (spelled, key) => {
    expect(read({ kind: 'DtmfData', dtmfData: { data: spelled } })).toEqual({
      ok: true,
      message: { kind: 'key', key },
    });
  });

  it.each([['12'], ['E'], [''], ['constructor'], [7], [null], ['#'.repeat(1_000)]])('spelled %j is none', (spelled) => {
    expect(read({ kind: 'DtmfData', dtmfData: { data: spelled } })).toEqual({
      ok: false,
      problem: 'malformed',
      where: 'dtmfData.data',
    });
  });
});

describe('a message that is not understood', () => {
  it('is told apart: a kind that is new, and one that is malformed', () => {
    expect(read({ kind: 'TranscriptionData' })).toEqual({ ok: false, problem: 'unknown-kind' });
    expect(read({ audioData: { data } })).toEqual({ ok: false, problem: 'malformed', where: 'kind' });
    expect(read('{"kind":"Audio')).toEqual({ ok: false, problem: 'malformed', where: 'JSON' });
    expect(read({ kind: 'AudioData' })).toEqual({ ok: false, problem: 'malformed', where: 'audioData.data' });
  });

  it('is not looked at when it is too long', () => {
    expect(read(' '.repeat(128 * 1024 + 1))).toEqual({ ok: false, problem: 'malformed', where: 'length' });
  });

  it('is never an exception', () => {
    const kind = fc.constantFrom('AudioData', 'AudioMetadata', 'DtmfData', 'audiodata', 'Other');
    const shaped = fc
      .record({ kind, audioData: fc.jsonValue(), audioMetadata: fc.jsonValue(), dtmfData: fc.jsonValue() })
      .map((message) => JSON.stringify(message));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), shaped), (text) => {
        expect(readInboundMessage(Buffer.from(text)).ok).toBeTypeOf('boolean');
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(readInboundMessage(Buffer.from(bytes)).ok).toBe(false);
      }),
    );
  });
});
