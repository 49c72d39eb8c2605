import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checked, claimed, customerOf, unknownCaller, type CallerIdentity } from '#core/identity/caller-identity';
import type { Customer } from '#core/ports/customer-directory';

const customer = (id: string): Customer => ({ id, name: `Customer ${id}`, language: undefined, facts: {} });
const [ana, ben] = [customer('C-1'), customer('C-2')];
const right = { kind: 'pin', verdict: 'right' } as const;

describe('who a caller is', () => {
  it('is claimed by a header, and by what they say themselves when that is somebody else', () => {
    const byHeader = claimed(unknownCaller, ana, 'header');
    expect(byHeader).toEqual({ kind: 'claimed', customer: ana, by: 'header' });
    expect(claimed(byHeader, ben, 'words')).toEqual({ kind: 'claimed', customer: ben, by: 'words' });
  });

  it('stays what the caller said when a look-up by number comes late', () => {
    const said = claimed(unknownCaller, ben, 'words');
    expect(claimed(said, ana, 'number')).toBe(said);
  });

  it('is proven when the check of that customer is right', () => {
    const proven = checked(claimed(unknownCaller, ana, 'number'), { customerId: 'c-1', ...right });
    expect(proven).toEqual({ kind: 'proven', customer: ana, by: 'pin' });
    expect(claimed(proven, ana, 'words')).toBe(proven);
    expect(claimed(proven, ben, 'header')).toBe(proven);
  });

  it('is proven no longer when the caller says they are somebody else', () => {
    const proven = checked(claimed(unknownCaller, ana, 'number'), { customerId: 'C-1', ...right });
    expect(claimed(proven, ben, 'words')).toEqual({ kind: 'claimed', customer: ben, by: 'words' });
  });

  it('is not proven by the right PIN of another customer, claimed before', () => {
    const said = claimed(claimed(unknownCaller, ana, 'header'), ben, 'words');
    expect(checked(said, { customerId: 'C-1', ...right })).toBe(said);
    expect(checked(unknownCaller, { customerId: 'C-1', ...right })).toBe(unknownCaller);
  });
});

type Step =
  | { readonly step: 'claim'; readonly id: string; readonly by: 'header' | 'number' | 'words' }
  | {
      readonly step: 'check';
      readonly id: string;
      readonly kind: 'pin' | 'last-digits';
      readonly verdict: 'right' | 'wrong' | 'not-set' | 'locked';
    };

const id = fc.constantFrom('C-1', 'c-1', 'C-2', 'C-3');
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ step: fc.constant('claim' as const), id, by: fc.constantFrom('header', 'number', 'words') }),
    fc.record({
      step: fc.constant('check' as const),
      id,
      kind: fc.constantFrom('pin', 'last-digits'),
      verdict: fc.constantFrom('right', 'wrong', 'not-set', 'locked'),
    }),
  ),
  { maxLength: 20 },
);

function run(history: readonly Step[]): CallerIdentity {
  return history.reduce<CallerIdentity>(
    (identity, step) =>
      step.step === 'claim'
        ? claimed(identity, customer(step.id), step.by)
        : checked(identity, { customerId: step.id, kind: step.kind, verdict: step.verdict }),
    unknownCaller,
  );
}

describe('whatever headers, words and checks say, in any order', () => {
  it('leaves no caller proven without a right check of that customer after they were first claimed', () => {
    fc.assert(
      fc.property(steps, (history) => {
        const identity = run(history);
        if (identity.kind !== 'proven') return;
        const wanted = identity.customer.id.toLowerCase();
        const proof = history.findLastIndex(
          (step) => step.step === 'check' && step.verdict === 'right' && step.id.toLowerCase() === wanted,
        );
        expect(proof).toBeGreaterThan(0);
        expect(history.slice(0, proof).some((step) => step.step === 'claim' && step.id.toLowerCase() === wanted)).toBe(
          true,
        );
        // Nobody else was claimed by the caller since.
        expect(
          history
            .slice(proof)
            .every((step) => step.step === 'check' || step.by !== 'words' || step.id.toLowerCase() === wanted),
        ).toBe(true);
      }),
    );
  });

  it('proves nobody where every check fails', () => {
    fc.assert(
      fc.property(steps, (history) => {
        const failing = history.map((step) => (step.step === 'check' ? { ...step, verdict: 'wrong' as const } : step));
        expect(run(failing).kind).not.toBe('proven');
      }),
    );
  });

  it('knows somebody as soon as anybody was claimed', () => {
    fc.assert(
      fc.property(steps, (history) => {
        expect(customerOf(run(history)) !== undefined).toBe(history.some(({ step }) => step === 'claim'));
      }),
    );
  });
});
