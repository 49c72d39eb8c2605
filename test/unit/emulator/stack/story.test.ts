import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogLine } from '../../../../emulator/scenario/surroundings.ts';
import { printLine } from '../../../../emulator/stack/story/print-line.ts';
import { Story, type StoryLine } from '../../../../emulator/stack/story/story.ts';

const START_MS = 1_790_000_000_000;
const ids = { correlationId: 'corr-1', callId: 'c-1' };

const line = (afterMs: number, component: string, msg: string, fields: object = {}): LogLine => ({
  level: 30,
  time: START_MS + afterMs,
  component,
  msg,
  ...fields,
});

const sip = (afterMs: number, direction: 'in' | 'out', startLine: string, cseq = '1 INVITE', sipCallId = 'sip-1') =>
  line(afterMs, 'edge', 'sip message', { direction, startLine, sipCallId, cseq });

/** As the processes log it, shortened. */
const call: readonly LogLine[] = [
  sip(0, 'in', 'INVITE sip:+18005550199@127.0.0.1:5060 SIP/2.0'),
  sip(3, 'out', 'SIP/2.0 180 Ringing'),
  line(4, 'edge', 'incoming call', { sipCallId: 'sip-1', correlationId: 'corr-1' }),
  line(35, 'functions', 'call offered', {
    ...ids,
    from: { kind: 'number', number: '+14255550100' },
    to: '+18005550199',
    headers: { userToUser: 'IVR menu 3', custom: { 'customer-id': 'C-4711' } },
  }),
  line(58, 'edge', 'call automation request', {
    correlationId: 'corr-1',
    operation: 'AnswerCall',
    status: 200,
    durationMs: 4,
  }),
  line(104, 'edge', 'event delivered', {
    correlationId: 'corr-1',
    eventType: 'Microsoft.Communication.IncomingCall',
    status: 202,
    durationMs: 97,
  }),
  line(243, 'bridge', 'agent speaking', { ...ids, text: 'Hello Maria, how can I help you?' }),
  line(4_243, 'bridge', 'agent said', { ...ids, text: 'Hello Maria, how can I help you?', interrupted: false }),
  line(9_000, 'bridge', 'caller said', { ...ids, text: 'I dispute a charge', confidence: 0.934 }),
  line(9_100, 'bridge', 'agent speaking', { ...ids, text: 'The last charge on your card is at Contoso Coffee.' }),
  line(11_000, 'bridge', 'interruption', { ...ids, stopAudioMs: 2 }),
  line(11_001, 'bridge', 'agent said', {
    ...ids,
    text: 'The last charge on your card is at',
    interrupted: true,
    latency: { endOfTurnMs: 785, firstTokenMs: 36, firstAudioMs: 158, totalMs: 979 },
  }),
  line(12_000, 'bridge', 'key pressed', { ...ids, key: '0' }),
  line(13_000, 'bridge', 'transfer requested', {
    ...ids,
    queue: 'disputes',
    target: '+18005550110',
    headers: {
      userToUser: '4d3947;encoding=hex',
      prefix: 'X-',
      custom: [{ name: 'AI-Summary', value: 'Disputes%20a%20charge' }],
    },
  }),
  sip(13_010, 'out', 'REFER sip:+14255550100@sbc.enterprise.test SIP/2.0', '1 REFER'),
  line(13_100, 'enterprise', 'queue phone', {
    sipCallId: 'phone-1',
    from: '+14255550100',
    queue: '+18005550110',
    state: 'ringing',
    headers: [{ name: 'X-AI-Summary', value: 'Disputes%20a%20charge' }],
  }),
  line(13_200, 'functions', 'call ended', { ...ids, outcome: { kind: 'handed-over', target: '+18005550110' } }),
  line(13_900, 'enterprise', 'queue phone', { sipCallId: 'phone-1', queue: '+18005550110', state: 'answered' }),
];

function tell(lines: readonly LogLine[]): StoryLine[] {
  const story = new Story();
  return lines.flatMap((one) => story.read(one) ?? []);
}

function print(lines: readonly LogLine[], width = 100): string {
  return tell(lines)
    .map((told) => printLine(told, { width, colour: false, numbered: false }))
    .join('\n');
}

describe('the story of a call', () => {
  it('reads like this', () => {
    expect(`\n${print(call)}\n`).toMatchInlineSnapshot(`
      "
         0.000  sip         → INVITE sip:+18005550199@127.0.0.1:5060
         0.003  sip         ← 180 Ringing
         0.035  functions   offered a call from +14255550100 to +18005550199
                              User-to-User  IVR menu 3
                              customer-id   C-4711
         0.058  rest        AnswerCall (200 in 4 ms)
         0.104  event grid  IncomingCall (202 in 97 ms)
         0.243  agent       “Hello Maria, how can I help you?”
         4.243  agent       has spoken
         9.000  caller      “I dispute a charge” (confidence 0.93)
         9.100  agent       “The last charge on your card is at Contoso Coffee.”
        11.000  caller      interrupts; the agent is silent 2 ms later
        11.001  agent       is interrupted after “The last charge on your card is at” (answered after 979
                            ms = end of turn 785 + first token 36 + first audio 158)
        12.000  caller      presses 0
        13.000  transfer    to disputes, +18005550110
                              User-to-User  M9G
                              X-AI-Summary  Disputes a charge
        13.010  sip         ← REFER sip:+14255550100@sbc.enterprise.test
        13.100  person      +18005550110 rings
                              on the screen: X-AI-Summary
        13.200  functions   ended: handed-over, +18005550110
        13.900  person      +18005550110 answers
      "
    `);
  });

  it('shows what a person will see, decoded', () => {
    const transfer = tell(call).find(({ place }) => place === 'transfer');
    expect(transfer?.details).toEqual(['User-to-User  M9G', 'X-AI-Summary  Disputes a charge']);
  });

  it('continues long texts under the text, and never wider than the terminal', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.integer({ min: 60, max: 200 }), (text, width) => {
        const lines = print([line(0, 'bridge', 'caller said', { ...ids, text })], width).split('\n');
        expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(width);
        expect(lines.slice(1).every((next) => next.startsWith(' '.repeat(22)))).toBe(true);
      }),
    );
  });

  it('tells two calls at once apart, each from its own start', () => {
    const second = [
      sip(1_000, 'in', 'INVITE sip:+18005550199@127.0.0.1:5060 SIP/2.0', '1 INVITE', 'sip-2'),
      line(1_004, 'edge', 'incoming call', { sipCallId: 'sip-2', correlationId: 'corr-2' }),
      line(1_500, 'bridge', 'caller said', { callId: 'c-2', correlationId: 'corr-2', text: 'Good day' }),
    ];
    const told = tell([...call.slice(0, 5), ...second, ...call.slice(5)]);
    expect(told.filter(({ text }) => text.includes('Good day'))).toMatchObject([{ call: 2, atMs: 500 }]);
    expect(told.filter((one) => one.call === 1)).toHaveLength(tell(call).length);
  });

  it('follows the edge’s own call to a queue when no other call is in progress', () => {
    const dialled = sip(13_050, 'out', 'INVITE sip:+18005550110@sbc SIP/2.0', '1 INVITE', 'sip-out');
    expect(tell([...call.slice(0, 10), dialled]).at(-1)).toMatchObject({
      call: 1,
      text: expect.stringMatching(/^← INVITE/) as string,
    });
  });

  it('says nothing of SIP that is no call, and nothing of lines it does not know', () => {
    const others = [
      sip(0, 'in', 'OPTIONS sip:edge SIP/2.0', '1 OPTIONS', 'ping'),
      line(1, 'bridge', 'ready', { listening: {} }),
      line(2, 'bridge', 'something new', ids),
    ];
    expect(tell(others)).toEqual([]);
  });

  it('tells why a caller is not connected', () => {
    const lines = [
      line(100, 'bridge', 'queues chosen', { ...ids, line: 'open', waitMinutes: 5 }),
      line(200, 'bridge', 'queues chosen', { ...ids, line: 'closed' }),
      line(300, 'bridge', 'call-back recorded', { ...ids, queue: 'disputes' }),
    ];
    expect(
      tell([...call, ...lines])
        .slice(-3)
        .map(({ text }) => text),
    ).toEqual(['people are there; the wait is 5 min', 'nobody is there', 'none: disputes will call back (recorded)']);
  });

  it('tells every warning of a call, known or not', () => {
    const warning = {
      ...line(100, 'bridge', 'recogniser lost', { ...ids, err: { message: 'socket closed' } }),
      level: 40,
    };
    expect(tell([...call, warning]).at(-1)).toMatchObject({ tone: 'problem', text: 'recogniser lost (socket closed)' });
  });

  it('never moves the cursor of a terminal, whatever a stranger sent', () => {
    const anything = fc.string({ unit: 'binary', maxLength: 60 });
    fc.assert(
      fc.property(anything, anything, (name, value) => {
        const hostile = [
          line(0, 'functions', 'call offered', { ...ids, from: value, headers: { custom: { [name]: value } } }),
          line(1, 'bridge', 'caller said', { ...ids, text: value }),
          line(2, 'bridge', 'transfer requested', { ...ids, queue: name, headers: { custom: [{ name, value }] } }),
        ];
        expect(print(hostile).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
      }),
    );
  });

  it('takes anything for a line', () => {
    const fields = [
      'msg',
      'time',
      'level',
      'from',
      'outcome',
      'headers',
      'latency',
      'err',
      'state',
      'startLine',
      ...Object.keys(ids),
    ];
    const messages = fc.constantFrom(
      'call offered',
      'agent said',
      'queue phone',
      'call ended',
      'transfer outcome',
      '__proto__',
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...fields), fc.anything()), messages, (some, msg) => {
        for (const told of tell([{ ...some, ...ids, msg }]))
          printLine(told, { width: 80, colour: true, numbered: true });
      }),
    );
  });

  it('is in colour only when asked', () => {
    const [first] = tell(call);
    const shown = (colour: boolean) => first && printLine(first, { width: 100, colour, numbered: true });
    expect(shown(false)).not.toContain('\u001b');
    expect(shown(true)).toContain('\u001b[');
    expect(shown(false)).toContain('#1');
  });
});
