import { describe, expect, it } from 'vitest';
import { limitedProof } from '#adapters/customers/limited-proof';
import type { AttemptStore } from '#core/ports/attempt-store';
import { PortError } from '#core/ports/error';
import type { IdentityProof, ProofVerdict } from '#core/ports/identity-proof';
import { manualClock } from '../../../support/manual-clock.ts';
import { memoryAttemptStore } from '../../../support/memory-attempt-store.ts';

const never = new AbortController().signal;
const MINUTE_MS = 60_000;

/** 4711 is right; says how often it was asked. */
function proofUnderTest(store: AttemptStore = memoryAttemptStore(), verdict?: ProofVerdict | Error) {
  const clock = manualClock();
  let asked = 0;
  const inner: IdentityProof = {
    check: (_id, _kind, digits) => {
      asked += 1;
      if (verdict instanceof Error) return Promise.reject(verdict);
      return Promise.resolve(verdict ?? (digits === '4711' ? 'right' : 'wrong'));
    },
  };
  const proof = limitedProof(inner, store, clock);
  return {
    clock,
    asked: () => asked,
    say: (digits: string, id = 'C-1') => proof.check(id, 'pin', digits, never),
    guess: async (times: number) => {
      const verdicts: ProofVerdict[] = [];
      for (let time = 0; time < times; time += 1) verdicts.push(await proof.check('C-1', 'pin', '0000', never));
      return verdicts;
    },
  };
}

describe('guessing at a PIN', () => {
  it('ends after five wrong ones, even with the right one', async () => {
    const under = proofUnderTest();
    expect(await under.guess(6)).toEqual(['wrong', 'wrong', 'wrong', 'wrong', 'wrong', 'locked']);
    expect(await under.say('4711')).toBe('locked');
    expect(under.asked()).toBe(5);
  });

  it('locks that customer only, in whatever case the id is written', async () => {
    const under = proofUnderTest();
    await under.guess(5);
    expect(await under.say('4711', 'c-1')).toBe('locked');
    expect(await under.say('4711', 'C-2')).toBe('right');
  });

  it('is locked for the next call and the next bridge too', async () => {
    const store = memoryAttemptStore();
    await proofUnderTest(store).guess(5);
    expect(await proofUnderTest(store).say('4711')).toBe('locked');
  });

  it('may go on after half an hour with one, and after an hour with another', async () => {
    const under = proofUnderTest();
    await under.guess(5);
    await under.clock.advance(30 * MINUTE_MS);
    expect(await under.guess(2)).toEqual(['wrong', 'locked']);
    await under.clock.advance(59 * MINUTE_MS);
    expect(await under.guess(1)).toEqual(['locked']);
    await under.clock.advance(MINUTE_MS);
    expect(await under.say('4711')).toBe('right');
  });

  it('with many calls at the same time gets no more tries than one after the other', async () => {
    const under = proofUnderTest();
    const tries = await Promise.allSettled(Array.from({ length: 40 }, () => under.say('0000')));
    expect(under.asked()).toBeLessThanOrEqual(5);
    const wrong = tries.filter((tried) => tried.status === 'fulfilled' && tried.value === 'wrong');
    expect(wrong.length).toBe(under.asked());
  });
});

describe('a caller who knows their PIN', () => {
  it('is not held to slips made before the right one', async () => {
    const under = proofUnderTest();
    for (let day = 0; day < 3; day += 1) {
      await under.guess(4);
      expect(await under.say('4711')).toBe('right');
    }
  });

  it('is not locked out by a check that fails, or by there being nothing to compare with', async () => {
    const store = memoryAttemptStore();
    const down = proofUnderTest(store, new PortError('identity-proof', 'down', { retryable: true }));
    for (let time = 0; time < 6; time += 1) await expect(down.say('4711')).rejects.toThrow('down');
    const unset = proofUnderTest(store, 'not-set');
    for (let time = 0; time < 6; time += 1) expect(await unset.say('4711')).toBe('not-set');
    expect(await proofUnderTest(store).say('4711')).toBe('right');
  });

  it('cannot be checked while tries cannot be counted', async () => {
    const broken: AttemptStore = {
      load: () => Promise.reject(new PortError('identity-proof', 'table down', { retryable: true })),
      replace: () => Promise.resolve(undefined),
    };
    const under = proofUnderTest(broken);
    await expect(under.say('4711')).rejects.toThrow('table down');
    expect(under.asked()).toBe(0);
  });
});
