import { describe, expect, it } from 'vitest';
import { measurementsOfMove } from '#core/telemetry/of-move';
import { callIn } from '../../../support/call.ts';

const failed = {
  ...callIn.connected,
  transfer: {
    id: 'transfer-1',
    target: undefined,
    result: { kind: 'failed', atMs: 1, code: 486, subCode: 0 },
  },
} as const;
const ended = { ...callIn.ended, outcome: { kind: 'failed', reason: 'transfer-failed' } } as const;

describe('a call whose row moves', () => {
  it('is counted as over once, by its outcome and its agent', () => {
    const counted = measurementsOfMove(callIn.talking, { ...callIn.ended, outcome: { kind: 'agent-ended' } }, 'cards');
    const end = { name: 'trunkline.calls.ended', attributes: { outcome: 'agent-ended', agent: 'cards' } };
    expect(counted.filter(({ name }) => name === 'trunkline.calls.ended')).toEqual([end]);
    expect(measurementsOfMove(callIn.ended, callIn.ended, 'cards')).toEqual([]);
  });

  it('is counted as a failure too when nobody could be reached', () => {
    expect(measurementsOfMove(failed, ended, 'cards')).toContainEqual({
      name: 'trunkline.failures',
      attributes: { kind: 'transfer-failed' },
    });
  });

  it('counts each outcome of a transfer once', () => {
    const news = { name: 'trunkline.transfers', attributes: { outcome: 'failed' } };
    expect(measurementsOfMove(callIn.connected, failed, 'cards')).toEqual([news]);
    expect(measurementsOfMove(failed, failed, 'cards')).toEqual([]);
    const again = { ...failed, transfer: { ...failed.transfer, id: 'transfer-2' } };
    expect(measurementsOfMove(failed, again, 'cards')).toEqual([news]);
  });
});
