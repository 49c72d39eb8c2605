import { describe, expect, it } from 'vitest';
import { endOfLeg } from '../../../../sip-edge/calls/call-state.ts';
import { outcomeOfDial, outcomeOfRefer } from '../../../../sip-edge/calls/transfer-outcome.ts';

describe('the outcome of a REFER', () => {
  it.each([
    [{ kind: 'completed' } as const, { kind: 'accepted' }],
    [{ kind: 'peer-left' } as const, { kind: 'accepted' }],
    [{ kind: 'refused', status: 405 } as const, { kind: 'use-invite' }],
    [{ kind: 'refused', status: 501 } as const, { kind: 'use-invite' }],
    [{ kind: 'refused', status: 403 } as const, { kind: 'failed', result: { code: 403, subCode: 560403 } }],
    [{ kind: 'failed', status: 486 } as const, { kind: 'failed', result: { code: 486, subCode: 560486 } }],
    [{ kind: 'timeout' } as const, { kind: 'failed', result: { code: 408, subCode: 560408 } }],
  ])('%j is %j', (result, outcome) => {
    expect(outcomeOfRefer(result)).toMatchObject(outcome);
  });
});

describe('the outcome of a new INVITE', () => {
  it.each([
    [486, true, 560486],
    [408, true, 560408],
    [404, false, 511404],
    [403, false, 510403],
    [480, false, 10134],
  ])('is %s given by the far side: %s', (status, byPeer, subCode) => {
    const outcome = outcomeOfDial({ kind: 'refused', status, reason: '', byPeer });
    expect(outcome).toMatchObject({ kind: 'failed', result: { code: status, subCode } });
  });
});

describe('the end of a leg', () => {
  it.each([
    ['connected', 'peer', false, 'caller'],
    ['connected', 'network', false, 'network'],
    ['disconnecting', 'us', false, 'application'],
    ['disconnecting', 'peer', false, 'application'],
    ['transferring', 'peer', false, 'caller'],
    ['transferring', 'peer', true, 'transfer'],
    ['transferring', 'network', true, 'network'],
    ['transfer-accepted', 'us', true, 'transfer'],
    ['transfer-accepted', 'peer', true, 'transfer'],
  ] as const)('while %s, by %s, REFER accepted %s: it was the %s', (phase, by, referAccepted, who) => {
    expect(endOfLeg(phase, by, referAccepted)).toEqual({ by: who });
  });
});
