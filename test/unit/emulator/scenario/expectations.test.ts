import { describe, expect, it } from 'vitest';
import type { RunningCaller } from '../../../../emulator/scenario/copies.ts';
import { sequenceDiagram } from '../../../../emulator/scenario/diagram.ts';
import { unmetByCall, unmetByRun } from '../../../../emulator/scenario/expectations.ts';
import { parseScenario } from '../../../../emulator/scenario/read-scenario.ts';
import type { CallResult } from '../../../../emulator/scenario/result.ts';
import type { Scenario } from '../../../../emulator/scenario/schema.ts';

const call: CallResult = {
  caller: 'maria',
  from: '+14255550100',
  to: '+18005550199',
  callId: 'c-1',
  sipCallId: 'sip-1',
  correlationId: 'corr-1',
  answerRequests: 1,
  outcome: 'handed-over',
  durationMs: 9_000,
  turns: [
    { by: 'agent', text: 'Hello Maria', atMs: 500, interrupted: true },
    { by: 'caller', text: 'a person', atMs: 900 },
    { by: 'recogniser', text: 'a person', atMs: 1_500, confidence: 0.9 },
    { by: 'agent', text: 'I am connecting you; one #moment', atMs: 2_000, interrupted: false },
  ],
  headersIn: [],
  headersOut: [{ name: 'X-AI-Summary', value: 'wants%20a%20person', decoded: 'wants a person' }],
  visits: [
    { queue: '+18005550110', atMs: 3_000, state: 'answered', status: undefined, heardCaller: true, headers: [] },
  ],
  sip: [
    {
      atMs: 0,
      direction: 'out',
      endpoint: 'sbc',
      startLine: 'INVITE sip:a SIP/2.0',
      callId: 'sip-1',
      cseq: '1 INVITE',
    },
    { atMs: 90, direction: 'in', endpoint: 'sbc', startLine: 'SIP/2.0 180 Ringing', callId: 'sip-1', cseq: '1 INVITE' },
    { atMs: 99, direction: 'in', endpoint: 'sbc', startLine: 'SIP/2.0 200 OK', callId: 'sip-1', cseq: '1 INVITE' },
  ],
  latencies: [],
  wav: undefined,
  diagram: undefined,
};

function scenarioExpecting(
  expected: object,
  own: readonly string[] = [],
): { scenario: Scenario; caller: RunningCaller } {
  const maria = {
    name: 'maria',
    from: '+14255550100',
    to: '+18005550199',
    own_words: own,
    steps: [],
    expect: expected,
  };
  const text = JSON.stringify({
    name: 'one',
    description: 'A call',
    callers: [maria],
    expect: { nothing_shared: true },
  });
  const scenario = parseScenario(text, 'one.yaml');
  return { scenario, caller: scenario.callers[0]! };
}

const unmet = (expected: object): string[] => unmetByCall(scenarioExpecting(expected).caller, call);

describe('what a scenario expects of a call', () => {
  it('holds', () => {
    const expected = {
      outcome: 'handed-over',
      agent_said: ['Maria', 'connecting'],
      agent_was_interrupted: true,
      caller_was_understood: ['person'],
      sip_statuses: [180, 200],
      queues_tried: ['+18005550110'],
      person_heard_caller: true,
      headers_at_person: { 'x-ai-summary': { contains: 'Person' }, 'X-Other': { absent: true } },
    };
    expect(unmet(expected)).toEqual([]);
  });

  it.each([
    [{ outcome: 'cancelled' }, 'the call ended as handed-over, not cancelled'],
    [{ agent_said: ['connecting', 'Maria'] }, 'the agent did not say /Maria/ after what came before'],
    [{ agent_never_said: ['maria'] }, 'the agent said /maria/, which it must not'],
    [{ agent_was_interrupted: false }, 'the agent was interrupted'],
    [{ caller_was_understood: ['charge'] }, 'the recogniser did not understand /charge/'],
    [{ hears_an_answer: true }, 'the caller spoke and never heard an answer'],
    [{ keys: '0' }, 'the agent took the keys "", not "0"'],
    [{ sip_statuses: [200, 180] }, 'no 180 came for the INVITE, only [180, 200]'],
    [{ refused_with: 486 }, 'the INVITE was not refused with 486'],
    [{ queues_tried: [] }, 'the queues tried were [+18005550110], not []'],
    [{ person_heard_caller: false }, 'a person heard the caller'],
    [{ headers_at_person: { 'X-AI-Summary': 'x' } }, 'header X-AI-Summary at the person is "wants a person", not "x"'],
    [{ headers_at_person: { 'X-AI-Summary': { matches: '^a' } } }, 'which does not match /^a/'],
    [{ headers_at_person: { 'X-AI-Intent': { contains: 'x' } } }, 'header X-AI-Intent at the person is missing'],
    [{ max_duration: '1s' }, 'the call took 9000 ms, more than 1000 ms'],
  ])('does not hold: %j', (expected, failure) => {
    expect(unmet(expected)).toHaveLength(1);
    expect(unmet(expected)[0]).toContain(failure);
  });
});

describe('calls that must share nothing', () => {
  const { scenario, caller } = scenarioExpecting({}, ['Maria']);
  const john: RunningCaller = { ...caller, name: 'john', own_words: ['John'] };
  const johnsCall: CallResult = { ...call, caller: 'john', callId: 'c-2', turns: [], headersOut: [] };

  it('are apart when none received the words of another', () => {
    expect(unmetByRun(scenario, [caller, john], [call, johnsCall])).toEqual([]);
  });

  it('are found out when one received words of the other, in speech or in a header', () => {
    const leaking: CallResult = { ...johnsCall, headersOut: [{ name: 'X-A', value: 'maria', decoded: 'maria' }] };
    expect(unmetByRun(scenario, [caller, john], [call, leaking])).toEqual([
      'john: received "Maria", which belongs to maria',
    ]);
  });

  it('are answered once each, like any call', () => {
    expect(unmetByRun(scenario, [caller], [{ ...call, answerRequests: 2 }])).toEqual([
      'maria: the call was answered 2 times',
    ]);
  });

  it('need a call id each', () => {
    expect(unmetByRun(scenario, [caller, john], [call, { ...johnsCall, callId: 'c-1' }])).toHaveLength(1);
  });
});

describe('the diagram of a call', () => {
  const backstage = [
    { atMs: 50, line: { msg: 'event delivered', eventType: 'Microsoft.Communication.IncomingCall' } },
    { atMs: 60, line: { msg: 'call moved', fromPhase: 'offered', toPhase: 'answered' } },
    { atMs: 70, line: { msg: 'of no interest' } },
  ];

  it('has SIP, speech and what went on behind in the order of time, in words Mermaid can read', () => {
    expect(
      sequenceDiagram(call, backstage)
        .split('\n')
        .filter((line) => line.includes('[')),
    ).toEqual([
      '  sbc->>edge: INVITE [0.00 s]',
      '  edge->>functions: Event Grid IncomingCall [0.05 s]',
      '  Note over functions: offered → answered [0.06 s]',
      '  edge-->>sbc: 180 Ringing (INVITE) [0.09 s]',
      '  edge-->>sbc: 200 OK (INVITE) [0.10 s]',
      '  bridge->>caller: "Hello Maria" (interrupted) [0.50 s]',
      '  caller->>bridge: "a person" [0.90 s]',
      '  speech-->>bridge: understood "a person" [1.50 s]',
      '  bridge->>caller: "I am connecting you, one ,moment" [2.00 s]',
    ]);
  });

  it('names those who take part, and nobody else', () => {
    expect(
      sequenceDiagram(call, [])
        .split('\n')
        .filter((line) => line.includes('participant')),
    ).toEqual([
      '  participant caller as Caller, IVR',
      '  participant sbc as SBC',
      '  participant edge as SIP edge',
      '  participant bridge as Media bridge',
      '  participant speech as Speech',
    ]);
  });
});
