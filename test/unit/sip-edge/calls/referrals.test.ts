import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Referrals } from '../../../../sip-edge/calls/referrals.ts';

const CALL = '429b1b50-0000-4000-8000-a909d776f632';
const TARGET = '+15551234567';
const TRUNK = 'sbc.enterprise.test';
const referredBy = `<sip:edge.test;x-m=8:acs:a_b;x-ti=${CALL}>`;

describe('a transfer that the SBC may send back', () => {
  let referrals: Referrals;
  beforeEach(() => {
    vi.useFakeTimers();
    referrals = new Referrals();
    referrals.expect(CALL, TARGET, TRUNK);
  });
  afterEach(() => {
    referrals.close();
    vi.useRealTimers();
  });

  it('is known by its Referred-By, whichever trunk brings it, and once only', () => {
    expect(referrals.take({ referredBy, to: TARGET, trunk: 'sbc2.enterprise.test' })).toBe(CALL);
    expect(referrals.take({ referredBy, to: TARGET, trunk: TRUNK })).toBeUndefined();
  });

  it('is known by its trunk and target when the peer sends no Referred-By', () => {
    expect(referrals.take({ referredBy: undefined, to: TARGET, trunk: TRUNK })).toBe(CALL);
  });

  it.each([
    ['to another number', { referredBy, to: '+19005550000', trunk: TRUNK }],
    [
      'with the Referred-By of another call',
      { referredBy: referredBy.replace('429b', '0000'), to: TARGET, trunk: TRUNK },
    ],
    ['with a Referred-By that is none', { referredBy: ';x-ti=', to: TARGET, trunk: TRUNK }],
    ['from another trunk without Referred-By', { referredBy: undefined, to: TARGET, trunk: 'other.test' }],
  ])('is not a call %s', (_, invite) => {
    expect(referrals.take(invite)).toBeUndefined();
  });

  it('is forgotten after two minutes', () => {
    vi.advanceTimersByTime(120_000);
    expect(referrals.take({ referredBy, to: TARGET, trunk: TRUNK })).toBeUndefined();
  });
});
