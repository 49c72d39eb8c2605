import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printLine } from '../../../../emulator/stack/story/print-line.ts';
import { Story, type StoryLine } from '../../../../emulator/stack/story/story.ts';

const START_MS = 1_790_000_000_000;
const [correlationId, callId, sipCallId] = ['corr-1', 'c-1', 'sip-1@sbc'];

const line = (afterMs: number, component: string, msg: string, fields: object = {}): Record<string, unknown> => ({
  level: 30,
  time: START_MS + afterMs,
  component,
  msg,
  ...fields,
});
const sip = (afterMs: number, direction: 'in' | 'out', startLine: string, cseq: string, id = sipCallId) =>
  line(afterMs, 'edge', 'sip message', { direction, startLine, sipCallId: id, cseq, transport: 'tcp', remote: '-' });

/** One call, as its processes log it. */
const call = [
  sip(0, 'in', 'INVITE sip:+18005550100@edge SIP/2.0', '1 INVITE'),
  sip(2, 'out', 'SIP/2.0 100 Trying', '1 INVITE'),
  line(5, 'edge', 'incoming call', { sipCallId, correlationId }),
  line(40, 'functions', 'call offered', {
    correlationId,
    callId,
    from: { kind: 'number', number: '+14255550101' },
    to: '+18005550100',
    headers: { userToUser: 'dispute', custom: { 'customer-id': 'C 42' } },
  }),
  line(60, 'edge', 'event delivered', {
    correlationId,
    eventType: 'Microsoft.Communication.IncomingCall',
    status: 202,
    durationMs: 54.6,
  }),
  line(70, 'edge', 'call automation request', { correlationId, operation: 'AnswerCall', status: 200, durationMs: 9 }),
  line(900, 'bridge', 'agent speaking', { callId, correlationId, text: 'Hello Maria.' }),
  line(2_000, 'bridge', 'caller said', { callId, correlationId, text: 'I dispute a charge.', confidence: 0.934 }),
  line(3_000, 'bridge', 'agent said', {
    callId,
    correlationId,
    text: 'Hello Maria.',
    interrupted: false,
    latency: { endOfTurnMs: 400.4, firstTokenMs: 120, firstAudioMs: 210, totalMs: 730 },
  }),
  line(4_000, 'bridge', 'transfer requested', {
    callId,
    correlationId,
    queue: 'disputes',
    target: '+18005550177',
    headers: {
      prefix: 'X-',
      userToUser: undefined,
      custom: [{ name: 'AI-Summary', value: 'Disputes%20a%20charge' }],
    },
  }),
  sip(5_000, 'in', 'BYE sip:edge SIP/2.0', '2 BYE'),
  line(5_010, 'functions', 'call ended', { callId, correlationId, outcome: { kind: 'handed-over', target: '+1' } }),
];

const tellStory = (lines: readonly Readonly<Record<string, unknown>>[]): StoryLine[] => {
  const story = new Story();
  return lines.flatMap((logged) => story.read(logged) ?? []);
};
const print = (told: StoryLine, colour = false): string => printLine(told, { width: 200, colour, numbered: true });

describe('the story of a call', () => {
  it('begins with the INVITE, although the edge names the call only later', () => {
    expect(tellStory(call)[0]).toMatchObject({
      call: 1,
      atMs: 0,
      place: 'sip',
      text: expect.stringContaining('INVITE') as string,
    });
  });

  it('is one call, told in order', () => {
    const story = tellStory(call);
    expect(new Set(story.map((told) => told.call))).toEqual(new Set([1]));
    expect(story.map(({ atMs }) => atMs)).toEqual([0, 2, 40, 60, 70, 900, 2_000, 3_000, 4_000, 5_000, 5_010]);
  });

  it('shows what arrived with the call, and what leaves with it as a person will read it', () => {
    const story = tellStory(call);
    const detailsAt = (place: string): string =>
      story.flatMap((told) => (told.place === place ? (told.details ?? []) : [])).join('\n');
    expect(detailsAt('functions')).toMatch(/customer-id +C 42/);
    expect(detailsAt('functions')).toMatch(/User-to-User +dispute/);
    expect(detailsAt('transfer')).toMatch(/X-AI-Summary +Disputes a charge/);
  });

  it('says how soon the agent answered, and how the call ended', () => {
    const text = tellStory(call)
      .map((told) => print(told))
      .join('\n');
    expect(text).toMatch(/end of turn 400.*first token 120.*first audio 210/);
    expect(text).toContain('handed-over, +1');
  });

  it('tells nothing of SIP that is no call, nor of lines that are not known', () => {
    const others = [
      sip(0, 'in', 'OPTIONS sip:edge SIP/2.0', '1 OPTIONS', 'other@sbc'),
      line(1, 'bridge', 'ready', { listening: {} }),
      line(2, 'bridge', 'something new', { callId: 'c-9', correlationId: 'corr-9' }),
      {},
    ];
    expect(tellStory(others)).toEqual([]);
  });

  it('tells a warning of a part, with its reason', () => {
    const warning = {
      ...line(100, 'bridge', 'recogniser lost', { callId, err: { message: 'socket closed' } }),
      level: 40,
    };
    expect(tellStory([...call, warning]).at(-1)).toMatchObject({
      tone: 'problem',
      text: expect.stringMatching(/recogniser lost.*socket closed/) as string,
    });
  });

  it('keeps two calls at once apart', () => {
    const other = [
      sip(10, 'in', 'INVITE sip:edge SIP/2.0', '1 INVITE', 'sip-2'),
      line(12, 'edge', 'incoming call', { sipCallId: 'sip-2', correlationId: 'corr-2' }),
      line(80, 'bridge', 'caller said', { callId: 'c-2', correlationId: 'corr-2', text: 'Good day.' }),
    ];
    const story = tellStory([...call.slice(0, 7), ...other]);
    expect(story.filter(({ text }) => text.includes('Good day.'))).toMatchObject([{ call: 2, atMs: 70 }]);
  });

  it('never gives a terminal control characters, whatever was said', () => {
    const said = fc.string({ unit: 'binary', maxLength: 60 });
    fc.assert(
      fc.property(said, said, (text, value) => {
        const hostile = [
          line(0, 'bridge', 'caller said', { callId, correlationId, text, confidence: 1 }),
          line(1, 'functions', 'call offered', { callId, correlationId, headers: { custom: { [text]: value } } }),
        ];
        const printed = tellStory(hostile).flatMap((told) => print(told).split('\n'));
        expect(printed.join('')).not.toMatch(/\p{Cc}/u);
      }),
    );
  });

  it('takes anything for a line', () => {
    const story = new Story();
    const names = ['msg', 'time', 'callId', 'correlationId', 'sipCallId', 'headers', 'text', 'outcome', 'latency'];
    const msg = fc.constantFrom('call offered', 'agent said', 'call ended', 'sip message', '__proto__', 'constructor');
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.anything(), msg)), (fields) => {
        const told = story.read(fields);
        if (told) print(told, true);
      }),
    );
  });

  it('is in colour only when asked', () => {
    const [first] = tellStory(call);
    expect(first && print(first)).not.toContain('\u001b[');
    expect(first && print(first, true)).toContain('\u001b[');
  });
});
