import { describe, expect, it } from 'vitest';
import { RunLog } from '../../../../emulator/scenario/run-log.ts';

const CALLS = [
  { sipCallId: 'sip-1', correlationId: 'corr-1', callId: 'c-1' },
  { sipCallId: 'sip-2', correlationId: 'corr-2', callId: 'c-2' },
];

function logOfTwoCalls(): RunLog {
  const log = new RunLog();
  for (const { sipCallId, correlationId, callId } of CALLS) {
    log.add({ msg: 'incoming call', component: 'edge', sipCallId, correlationId, time: 1 });
    log.add({ msg: 'call offered', component: 'functions', callId, correlationId, time: 2 });
  }
  return log;
}

describe('the log of a run', () => {
  it('ties what the agent said to the SIP call it said it in', () => {
    const log = logOfTwoCalls();
    log.add({ msg: 'agent speaking', callId: 'c-1', text: 'Hello Maria', time: 3 });
    log.add({ msg: 'agent speaking', callId: 'c-2', text: 'Hello John', time: 4 });
    log.add({ msg: 'agent said', callId: 'c-1', text: 'Hello', interrupted: true, latency: { totalMs: 7 }, time: 5 });
    expect(log.callId('sip-1')).toBe('c-1');
    expect(log.agentUtterances('sip-1')).toEqual([
      { text: 'Hello Maria', atMs: 3, kind: 'speaking', interrupted: false, latency: undefined },
      { text: 'Hello', atMs: 5, kind: 'said', interrupted: true, latency: { totalMs: 7 } },
    ]);
    expect(log.agentUtterances('sip-2').map(({ text }) => text)).toEqual(['Hello John']);
  });

  it('has what the recogniser understood and the keys, in their order', () => {
    const log = logOfTwoCalls();
    log.add({ msg: 'caller said', callId: 'c-1', text: 'yes please', confidence: 0.9, time: 3 });
    log.add({ msg: 'key pressed', callId: 'c-1', key: '0', time: 4 });
    expect(log.callerInputs('sip-1')).toEqual([
      { by: 'recogniser', text: 'yes please', confidence: 0.9, atMs: 3 },
      { by: 'keypad', text: '0', confidence: undefined, atMs: 4 },
    ]);
  });

  it('knows nothing of a call that never reached the edge', () => {
    expect(logOfTwoCalls().agentUtterances('sip-3')).toEqual([]);
    expect(logOfTwoCalls().callId('sip-3')).toBeUndefined();
  });

  it('does not mind lines of another shape', () => {
    const log = logOfTwoCalls();
    log.add({});
    log.add({ msg: 'agent said', callId: 'c-1', text: 42 });
    log.add({ msg: 'caller said', callId: 7, text: 'x' });
    expect(log.agentUtterances('sip-1')).toEqual([]);
  });
});
