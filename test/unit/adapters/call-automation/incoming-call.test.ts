import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIncomingCall } from '#adapters/call-automation/incoming-call';
import { parseTeamsAppId, type PhoneNumber } from '#core/ids';
import { incomingCallEvent } from '../../../support/function-services.ts';
import { offer } from '../../../support/offered-call.ts';

const ACCOUNT = '28:orgid:cc123456-5678-5678-1234-ccc123456789';
const numberOfAccount = '+18005550188' as PhoneNumber;
const receivedAtMs = 1_790_000_000_900;
const offerOf = (event: unknown) => {
  const incoming = parseIncomingCall(event, receivedAtMs, new Map());
  if (incoming.kind !== 'offer') throw new Error(JSON.stringify(incoming));
  return incoming.offer;
};

describe('an incoming call', () => {
  it('is read from the Event Grid schema', () => {
    expect(parseIncomingCall(incomingCallEvent(), receivedAtMs, new Map())).toMatchObject({
      kind: 'offer',
      incomingCallContext: 'eyJhbGciOiJub25lIn0.opaque.',
      offer: {
        correlationId: offer.correlationId,
        serverCallId: offer.serverCallId,
        from: { kind: 'number', number: '+14255550100' },
        to: '+18005550199',
        offeredAtMs: offer.offeredAtMs,
        headers: { userToUser: 'abc' },
      },
    });
  });

  it('is read from the CloudEvents schema', () => {
    const time = new Date(offer.offeredAtMs).toISOString();
    const event = incomingCallEvent({}, { eventType: undefined, eventTime: undefined, specversion: '1.0', time });
    const cloudEvent = { ...(event as object), type: 'Microsoft.Communication.IncomingCall' };
    expect(offerOf(cloudEvent)).toEqual(offerOf(incomingCallEvent()));
  });

  it('has the same ids when it is delivered again, and others for another call', () => {
    const { callId, contextId } = offerOf(incomingCallEvent());
    expect(callId).toMatch(/^c-[0-9a-f]{24}$/);
    expect(contextId).toMatch(/^[0-9A-HJKMNP-TV-Z]{10}$/);
    expect(offerOf(incomingCallEvent())).toMatchObject({ callId, contextId });
    expect(offerOf(incomingCallEvent({ correlationId: 'another' })).callId).not.toBe(callId);
  });

  it.each([
    ['hides the number', { kind: 'unknown', rawId: '4:anonymous' }],
    ['asks for privacy', { kind: 'phoneNumber', phoneNumber: { value: '+14255550100', isAnonymous: true } }],
    ['has an internal number', { kind: 'phoneNumber', phoneNumber: { value: '4711' } }],
    ['calls from Teams', { kind: 'microsoftTeamsUser', microsoftTeamsUser: { userId: 'u' } }],
    ['is not named', undefined],
  ])('is anonymous when the caller %s', (_, from) => {
    expect(offerOf(incomingCallEvent({ from })).from).toEqual({ kind: 'anonymous' });
  });

  it.each([
    ['as documented', { kind: 'unknown', rawId: ACCOUNT }],
    ['in capitals', { rawId: ACCOUNT.toUpperCase().replace('28:ORGID', '28:orgid') }],
    ['as an application of Teams', { kind: 'microsoftTeamsApp', microsoftTeamsApp: { appId: ACCOUNT.slice(9) } }],
  ])('is for the number of the resource account that Teams Phone names, %s', (_, to) => {
    const accounts = new Map([[parseTeamsAppId(ACCOUNT) ?? expect.unreachable(), numberOfAccount]]);
    const incoming = parseIncomingCall(incomingCallEvent({ to }), receivedAtMs, accounts);
    expect(incoming).toMatchObject({ kind: 'offer', offer: { to: numberOfAccount } });
  });

  it('is taken for a resource account of which no number is known', () => {
    expect(offerOf(incomingCallEvent({ to: { kind: 'unknown', rawId: ACCOUNT } })).to).toBe(ACCOUNT);
  });

  it('has the headers that Teams hands on, beside those of the SBC, which count where both have one', () => {
    const customContext = {
      voipHeaders: { 'X-Call-Reason': 'a lost card', 'X-Customer-ID': 'C-9' },
      sipHeaders: { 'X-Customer-ID': 'C-4711' },
    };
    expect(offerOf(incomingCallEvent({ customContext })).headers.custom).toEqual({
      'call-reason': 'a lost card',
      'customer-id': 'C-4711',
    });
    expect(offerOf(incomingCallEvent({ customContext: { voipHeaders: { 'X-A': '1' } } })).headers.custom).toEqual({
      a: '1',
    });
  });

  it('has no headers when the event has none', () => {
    expect(offerOf(incomingCallEvent({ customContext: undefined })).headers).toEqual({
      userToUser: undefined,
      custom: {},
    });
  });

  it.each([
    [
      'another event',
      incomingCallEvent({}, { eventType: 'Microsoft.Communication.CallEnded' }),
      { kind: 'other-event' },
    ],
    ['no event', 'hello', { kind: 'malformed', problem: 'event' }],
    ['a list', [], { kind: 'malformed', problem: 'event' }],
    ['no data', incomingCallEvent({}, { data: null }), { kind: 'malformed', problem: 'data' }],
    [
      'no context',
      incomingCallEvent({ incomingCallContext: 7 }),
      { kind: 'malformed', problem: 'data.incomingCallContext' },
    ],
    ['an endless context', incomingCallEvent({ incomingCallContext: 'x'.repeat(100_000) }), { kind: 'malformed' }],
    ['an endless id', incomingCallEvent({ correlationId: 'x'.repeat(5_000) }), { problem: 'data.correlationId' }],
    ['no called number', incomingCallEvent({ to: { rawId: '8:acs:x' } }), { kind: 'malformed', problem: 'data.to' }],
    ['no account', incomingCallEvent({ to: { rawId: '28:orgid:x' } }), { kind: 'malformed', problem: 'data.to' }],
  ])('is not taken from %s', (_, event, expected) => {
    expect(parseIncomingCall(event, receivedAtMs, new Map())).toMatchObject(expected);
  });

  it('stays bounded and free of control characters, whatever the headers are', () => {
    const sipHeaders = Object.fromEntries(
      Array.from({ length: 200 }, (_, index) => [`X-H${index}`, `a\r\nInjected: yes\u0000${'x'.repeat(10_000)}`]),
    );
    const { headers } = offerOf(incomingCallEvent({ customContext: { sipHeaders } }));
    expect(JSON.stringify(headers).length).toBeLessThan(64_000);
    for (const value of Object.values(headers.custom)) expect(value).not.toMatch(/\p{Cc}/u);
  });

  it('never throws, whatever is sent', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (value, from) => {
        parseIncomingCall(value, receivedAtMs, new Map());
        parseIncomingCall(incomingCallEvent({ from, customContext: value }), receivedAtMs, new Map());
      }),
    );
  });
});
