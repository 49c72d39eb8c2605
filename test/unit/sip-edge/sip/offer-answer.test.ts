import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerOffer, describeOffer, readAnswer } from '../../../../sip-edge/sip/offer-answer.ts';
import { parseSdp } from '../../../../sip-edge/sip/sdp.ts';

const LOCAL = { address: '192.0.2.1', port: 30_000, sessionId: 7, version: 1 };

function sdp(...lines: string[]): string {
  return ['v=0', 'o=- 1 1 IN IP4 198.51.100.5', 's=-', 'c=IN IP4 198.51.100.5', 't=0 0', ...lines, ''].join('\r\n');
}

function agreed(offer: string) {
  const agreement = answerOffer(offer);
  if (agreement.kind !== 'agreed') throw new Error(agreement.warning);
  return agreement;
}

describe('an offer', () => {
  it('is answered with the first G.711 law it names, and its number for keys', () => {
    const offer = sdp(
      'm=audio 40000 RTP/AVP 9 8 0 96',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:96 telephone-event/8000',
      'a=fmtp:96 0-16',
    );
    const { media, answer } = agreed(offer);
    expect(media).toMatchObject({
      remote: { address: '198.51.100.5', port: 40_000 },
      receives: true,
      law: 'PCMA',
      audioPayloadType: 8,
      telephoneEventPayloadType: 96,
    });
    expect(answer(LOCAL).split('\r\n')).toEqual([
      'v=0',
      'o=- 7 1 IN IP4 192.0.2.1',
      's=-',
      'c=IN IP4 192.0.2.1',
      't=0 0',
      'm=audio 30000 RTP/AVP 8 96',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:96 telephone-event/8000',
      'a=fmtp:96 0-15',
      'a=ptime:20',
      'a=sendrecv',
      '',
    ]);
  });

  it('may give G.711 a dynamic number', () => {
    expect(agreed(sdp('m=audio 40000 RTP/AVP 100', 'a=rtpmap:100 PCMU/8000')).media).toMatchObject({
      law: 'PCMU',
      audioPayloadType: 100,
    });
  });

  it('keeps its order of streams in the answer; those not taken get port 0', () => {
    const { answer } = agreed(sdp('m=video 5000 RTP/AVP 99', 'm=audio 40000 RTP/AVP 0', 'm=audio 40002 RTP/AVP 0'));
    expect(answer(LOCAL).match(/^m=.*$/gm)).toEqual([
      'm=video 0 RTP/AVP 99',
      'm=audio 30000 RTP/AVP 0',
      'm=audio 0 RTP/AVP 0',
    ]);
  });

  it.each([
    ['sendonly', 'recvonly', false, true],
    ['recvonly', 'sendonly', true, false],
    ['inactive', 'inactive', false, false],
    ['sendrecv', 'sendrecv', true, true],
  ])('on %s is answered with %s', (offered, answered, sends, receives) => {
    const { media, answer } = agreed(sdp('m=audio 40000 RTP/AVP 0', `a=${offered}`));
    expect([media.remote !== undefined, media.receives]).toEqual([sends, receives]);
    expect(answer(LOCAL)).toContain(`a=${answered}\r\n`);
  });

  it('with the address 0.0.0.0 wants no sound', () => {
    expect(agreed(sdp('m=audio 40000 RTP/AVP 0', 'c=IN IP4 0.0.0.0')).media.remote).toBeUndefined();
  });

  it.each([
    ['no G.711', sdp('m=audio 40000 RTP/AVP 9 18'), '305'],
    ['no audio', sdp('m=video 40000 RTP/AVP 99'), '304'],
    ['encryption only', sdp('m=audio 40000 RTP/SAVP 0'), '304'],
    ['audio switched off', sdp('m=audio 0 RTP/AVP 0'), '304'],
    ['a host name for an address', sdp('m=audio 40000 RTP/AVP 0', 'c=IN IP4 media.example'), '300'],
    ['no description at all', 'hello', '399'],
  ])('is refused with %s', (_what, offer, code) => {
    const agreement = answerOffer(offer);
    expect(agreement.kind === 'refused' ? agreement.warning : '').toMatch(new RegExp(`^${code} "`));
  });

  it('is never read with an exception', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom('v=0', 'm=audio 1 RTP/AVP 0', 'm=', 'c=IN IP4 1.2.3.4', 'a=rtpmap:0 X/1', 'a='),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const agreement = answerOffer(['v=0', ...lines].join('\r\n'));
        if (agreement.kind === 'agreed') expect(parseSdp(agreement.answer(LOCAL))).toBeDefined();
      }),
    );
  });
});

describe('an offer of ours', () => {
  it('names both laws and keys, and takes the answer', () => {
    const answer = agreed(describeOffer(LOCAL)).answer({ ...LOCAL, address: '198.51.100.9', port: 40_000 });
    expect(readAnswer(answer)).toMatchObject({
      law: 'PCMU',
      telephoneEventPayloadType: 101,
      remote: { address: '198.51.100.9', port: 40_000 },
    });
  });

  it('repeated in a call says what is in use, and does not take the peer off hold', () => {
    const held = agreed(sdp('m=audio 40000 RTP/AVP 8', 'a=sendonly')).media;
    expect(describeOffer(LOCAL, held).split('\r\n').slice(5)).toEqual([
      'm=audio 30000 RTP/AVP 8',
      'a=rtpmap:8 PCMA/8000',
      'a=ptime:20',
      'a=recvonly',
      '',
    ]);
  });
});
