import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit, RING_MS, type AdmissionPolicy } from '#core/admission/admit';
import type { PhoneNumber } from '#core/ids';
import { queueNumber } from '../../../support/call.ts';
import { offer } from '../../../support/offered-call.ts';

const open: AdmissionPolicy = { agent: 'on', humanQueue: queueNumber, blockedCallers: [], calledNumbers: [] };
const caller = '+14255550100' as PhoneNumber;
const nowMs = offer.offeredAtMs + 500;

describe('a call that comes in', () => {
  it('is answered', () => {
    expect(admit(offer, open, nowMs)).toEqual({ kind: 'answer' });
    expect(admit(offer, { ...open, calledNumbers: [offer.to] }, nowMs)).toEqual({ kind: 'answer' });
  });

  it('is answered by a clock that is behind', () => {
    expect(admit(offer, open, offer.offeredAtMs - 60_000)).toEqual({ kind: 'answer' });
  });

  it('goes to people while the agent is off', () => {
    expect(admit(offer, { ...open, agent: 'off' }, nowMs)).toEqual({ kind: 'redirect', target: queueNumber });
  });

  it('is rejected from a blocked number, whether the agent is on or off', () => {
    const rejected = { kind: 'reject', reason: 'forbidden' };
    expect(admit(offer, { ...open, blockedCallers: [caller] }, nowMs)).toEqual(rejected);
    expect(admit(offer, { ...open, agent: 'off', blockedCallers: [caller] }, nowMs)).toEqual(rejected);
  });

  it('is not taken for a blocked one without a number', () => {
    const anonymous = { ...offer, from: { kind: 'anonymous' } } as const;
    expect(admit(anonymous, { ...open, blockedCallers: [caller] }, nowMs)).toEqual({ kind: 'answer' });
  });

  it('is let pass when it is for somebody else', () => {
    expect(admit(offer, { ...open, calledNumbers: [queueNumber] }, nowMs)).toEqual({ kind: 'drop', why: 'not-ours' });
  });

  it('is of no use to anybody once it has stopped ringing, whatever the policy', () => {
    const policies: fc.Arbitrary<AdmissionPolicy> = fc.record({
      agent: fc.constantFrom('on' as const, 'off' as const),
      humanQueue: fc.constant(queueNumber),
      blockedCallers: fc.subarray([caller]),
      calledNumbers: fc.subarray([offer.to, queueNumber]),
    });
    fc.assert(
      fc.property(policies, fc.nat(), (policy, more) => {
        expect(admit(offer, policy, offer.offeredAtMs + RING_MS + 1 + more)).toEqual({ kind: 'drop', why: 'too-old' });
        expect(admit(offer, policy, offer.offeredAtMs + RING_MS)).not.toMatchObject({ why: 'too-old' });
      }),
    );
  });
});
