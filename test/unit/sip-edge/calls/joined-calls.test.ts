import { describe, expect, it } from 'vitest';
import { JoinedCalls } from '../../../../sip-edge/calls/joined-calls.ts';
import { ScriptedLeg, ScriptedTelephony } from '../../../support/scripted-telephony.ts';

describe('a caller joined with another number', () => {
  it('is told of in the log when one of the two leaves, and counts as under way until both have', async () => {
    const logged: object[] = [];
    const line = (fields: object, message: string): void => void logged.push({ ...fields, message });
    const telephony = new ScriptedTelephony();
    const joined = new JoinedCalls(telephony, { debug: line, info: line, warn: line, error: line });
    const [caller, target] = [new ScriptedLeg('caller'), new ScriptedLeg('target')];
    joined.join(caller, target, 'correlation');
    expect(telephony.joined).toEqual([[caller, target]]);
    let over = false;
    const ended = joined.ended().then(() => (over = true));
    target.endBy('peer', 'BYE');
    await target.ended;
    await new Promise(setImmediate);
    expect(over).toBe(false);
    expect(logged).toEqual([
      { correlationId: 'correlation', first: 'target', by: 'peer', detail: 'BYE', message: 'joined call ended' },
    ]);
    await caller.hangUp();
    await ended;
    expect(logged).toHaveLength(1);
    await joined.ended();
  });
});
