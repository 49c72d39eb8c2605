import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderStoryLine } from '../../../../emulator/stack/story/render.ts';
import { storyDiagram } from '../../../../emulator/stack/story/sequence-diagram.ts';
import { Storyteller, tellStory } from '../../../../emulator/stack/story/storyteller.ts';

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
      custom: [{ name: 'X-AI-Summary', value: 'Disputes%20a%20charge' }],
    },
  }),
  sip(5_000, 'in', 'BYE sip:edge SIP/2.0', '2 BYE'),
  line(5_010, 'functions', 'call ended', { callId, correlationId, outcome: { kind: 'handed-over', target: '+1' } }),
];

describe('the story of a call', () => {
  it('begins with the INVITE, although the edge names the call only later', () => {
    const [first] = tellStory(call);
    expect(first).toMatchObject({
      from: 'sbc',
      to: 'edge',
      sinceStartMs: 0,
      text: expect.stringMatching(/^INVITE/) as string,
    });
  });

  it('reads like this', () => {
    const text = tellStory(call).map((told) => renderStoryLine(told, { colour: false, callNumbers: false }));
    expect(text.join('\n')).toMatchInlineSnapshot(`
      "  0.000 s  SBC → SIP edge        INVITE sip:+18005550100@edge SIP/2.0
        0.002 s  SIP edge → SBC        100 Trying (INVITE)
        0.040 s  functions             call from +14255550101 to +18005550100
                                         customer-id: C 42
                                         User-to-User: dispute
        0.060 s  SIP edge → functions  IncomingCall delivered (202, 55 ms)
        0.070 s  functions → SIP edge  AnswerCall (200, 9 ms)
        0.900 s  bridge → caller       agent: “Hello Maria.”
        2.000 s  speech → bridge       caller: “I dispute a charge.” (confidence 0.93)
        3.000 s  bridge                all of it heard
                                         end of turn 400 ms, first token 120 ms, first audio 210 ms, total 730 ms
        4.000 s  bridge → SIP edge     transfer to disputes +18005550177
                                         X-AI-Summary: Disputes a charge
        5.000 s  SBC → SIP edge        BYE sip:edge SIP/2.0
        5.010 s  functions             outcome: handed-over (+1)"
    `);
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
    expect(tellStory([...call, warning])).toContainEqual(
      expect.objectContaining({ kind: 'trouble', text: 'recogniser lost: socket closed' }),
    );
  });

  it('keeps two calls at once apart', () => {
    const other = [
      sip(10, 'in', 'INVITE sip:edge SIP/2.0', '1 INVITE', 'sip-2'),
      line(12, 'edge', 'incoming call', { sipCallId: 'sip-2', correlationId: 'corr-2' }),
      line(80, 'bridge', 'agent speaking', { callId: 'c-2', correlationId: 'corr-2', text: 'Good day.' }),
    ];
    const story = tellStory([...call.slice(0, 7), ...other]);
    expect(story.filter((told) => told.call === 1).map(({ text }) => text)).not.toContain('agent: “Good day.”');
    expect(story.find(({ text }) => text === 'agent: “Good day.”')).toMatchObject({ call: 2, sinceStartMs: 70 });
  });

  it('never gives a terminal control characters, whatever was said', () => {
    const said = fc.string({ unit: 'binary', maxLength: 60 });
    fc.assert(
      fc.property(said, said, (text, value) => {
        const hostile = [
          line(0, 'bridge', 'caller said', { callId, correlationId, text, confidence: 1 }),
          line(1, 'functions', 'call offered', { callId, correlationId, headers: { custom: { name: value } } }),
        ];
        const rendered = tellStory(hostile).flatMap((told) =>
          renderStoryLine(told, { colour: false, callNumbers: true }).split('\n'),
        );
        expect(rendered.join('')).not.toMatch(/\p{Cc}/u);
      }),
    );
  });

  it('takes anything for a line', () => {
    const teller = new Storyteller();
    const names = ['msg', 'time', 'callId', 'correlationId', 'sipCallId', 'headers', 'text', 'outcome', 'latency'];
    const msg = fc.constantFrom('call offered', 'agent said', 'call ended', 'sip message', '__proto__', 'constructor');
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.anything(), msg)), (fields) => {
        teller.add(fields);
      }),
    );
  });

  it('is in colour only when asked', () => {
    const [first] = tellStory(call);
    expect(first && renderStoryLine(first, { colour: true, callNumbers: false })).toContain('\u001b[');
  });
});

describe('the sequence diagram of a call', () => {
  it('has those who took part, and an arrow for each message', () => {
    const diagram = storyDiagram(tellStory(call)).split('\n');
    expect(diagram[0]).toBe('sequenceDiagram');
    expect(diagram).toContain('  participant sbc as SBC');
    expect(diagram).not.toContain('  participant model as OpenAI');
    expect(diagram).toContain('  sbc->>edge: INVITE sip:+18005550100@edge SIP/2.0 [0.00 s]');
    expect(diagram).toContain('  edge-->>sbc: 100 Trying (INVITE) [0.00 s]');
    expect(diagram).toContain('  Note over functions: outcome: handed-over (+1) [5.01 s]');
  });

  it('has no character that Mermaid takes for its own', () => {
    const hostile = line(0, 'bridge', 'agent speaking', { callId, correlationId, text: 'a;b#c %% <br>' });
    expect(storyDiagram(tellStory([hostile]))).toContain('agent: “a,b,c % % ‹br›”');
  });
});
