import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDeployed } from '../../../../infra/scale/deployed.ts';
import { RAMP_MS } from '../../../../infra/scale/arrivals.ts';
import { lossesBeforePerson } from '../../../../infra/scale/losses.ts';
import { brokenPromises, toPersonInAll, type Tally } from '../../../../infra/scale/result.ts';
import { raisedSetup, type Setup } from '../../../../infra/scale/setup.ts';
import { simulate, type Mishap, type Scenario } from '../../../../infra/scale/simulation.ts';

const setup: Setup = { ...raisedSetup(readDeployed()), peakCalls: 120, maxReplicas: 20, startMs: 20_000 };
const at = (minutes: number, what: Mishap['what']): Mishap => ({ atMs: RAMP_MS + minutes * 60_000, what });
const scenario = (mishaps: readonly Mishap[] = [], more: Partial<Scenario> = {}): Scenario => ({
  ...{ name: 'test', about: 'test', arrivals: { kind: 'peak', minutes: 15 }, regions: 1 },
  ...{ mishaps, ...more },
});

function expectNobodyMissing(tally: Tally): void {
  const { answered, completed, lostWithRegion, offered, redirected, refused, up } = tally;
  expect(answered + redirected + refused).toBe(offered);
  expect(completed + toPersonInAll(tally) + up + lostWithRegion).toBe(answered);
  expect(brokenPromises(tally)).toEqual([]);
}

describe('a simulated day of calls', () => {
  it('is the same again with the same seed, and another one with another', () => {
    const first = simulate(setup, scenario([at(5, 'replica-dies')]));
    expect(simulate(setup, scenario([at(5, 'replica-dies')]))).toEqual(first);
    expect(simulate({ ...setup, seed: 2 }, scenario([at(5, 'replica-dies')]))).not.toEqual(first);
  });

  it('has about as many calls at once as were asked for', () => {
    const { tally } = simulate({ ...setup, peakCalls: 400, minReplicas: 12 }, scenario());
    expect(tally.peakUp).toBeGreaterThan(320);
    expect(tally.peakUp).toBeLessThan(480);
  });

  it('loses nobody when a replica dies: its calls go to others, or to people', () => {
    const { tally } = simulate(setup, scenario([at(5, 'replica-dies')]));
    expectNobodyMissing(tally);
    expect(tally.movedAfterLoss).toBeGreaterThan(0);
    expect(tally.longestSilenceMs).toBeGreaterThanOrEqual(setup.noticeMs.closed + setup.takeOverMs);
  });

  it('gives a call whose stream is lost for the second time to a person', () => {
    const deaths = Array.from({ length: 12 }, (_, minute) => at(2 + minute, 'replica-dies'));
    const { tally } = simulate({ ...setup, minReplicas: 3, maxReplicas: 3 }, scenario(deaths));
    expectNobodyMissing(tally);
    expect(tally.toPerson.lostTwice).toBeGreaterThan(0);
    expect(lossesBeforePerson()).toBe(2);
  });

  it('gives callers to people when no bridge is left to take them', () => {
    const { tally } = simulate(
      { ...setup, minReplicas: 1, maxReplicas: 1, peakCalls: 30 },
      scenario([at(5, 'replica-dies')]),
    );
    expectNobodyMissing(tally);
    expect(tally.toPerson.noBridge).toBeGreaterThan(0);
  });

  it('moves those who still talk when the drain of a deploy is over, in order', () => {
    const { tally } = simulate({ ...setup, drainTimeoutMs: 120_000, graceMs: 140_000 }, scenario([at(5, 'deploy')]));
    expectNobodyMissing(tally);
    expect(tally.movedInOrder).toBeGreaterThan(0);
    expect(tally.movedAfterLoss).toBe(0);
  });

  it('turns nobody away in a deploy that begins with replicas for the calls that are up, as it would with the fewest', () => {
    const many = { ...setup, peakCalls: 2_000, maxReplicas: 80 };
    const turnedAway = (newRevision: Setup['newRevision']): number => {
      const quiet = simulate({ ...many, newRevision }, scenario()).tally.redirected;
      return simulate({ ...many, newRevision }, scenario([at(5, 'deploy')])).tally.redirected - quiet;
    };
    expect(turnedAway('by-calls')).toBe(0);
    expect(turnedAway('min')).toBeGreaterThan(0);
  });

  it('counts the calls of a region that is gone apart from all others, and their callers call again', () => {
    const { tally } = simulate({ ...setup, minReplicas: 4 }, scenario([at(5, 'region-lost')], { regions: 2 }));
    expectNobodyMissing(tally);
    expect(tally.lostWithRegion).toBeGreaterThan(60);
    expect(tally.longestRingMs).toBeGreaterThanOrEqual(setup.ringMs);
  });

  it('turns callers away to people, or refuses them for the SBC to go on, when the bridges are full', () => {
    const full = { ...setup, maxCalls: 10, minReplicas: 2, maxReplicas: 2 };
    const people = simulate(full, scenario()).tally;
    const refusing = simulate({ ...full, whenFull: 'refuse' }, scenario()).tally;
    expectNobodyMissing(people);
    expectNobodyMissing(refusing);
    expect([people.redirected > 0, people.refused, refusing.redirected, refusing.refused > 0]).toEqual([
      true,
      0,
      0,
      true,
    ]);
  });

  it('never has more calls than the bridges take, but for those no report can know of yet', () => {
    const full = {
      ...setup,
      peakCalls: 600,
      maxCalls: 10,
      minReplicas: 10,
      maxReplicas: 10,
      ingress: 'fewest-calls',
    } as const;
    const { tally } = simulate(full, scenario());
    // A report is four seconds old at most, what was read of it up to five more, and an answer takes half a second: at 2.5 calls a second.
    expect(tally.peakUp).toBeLessThanOrEqual(100 + Math.ceil(2.5 * 10) * 2);
    expect(tally.redirected).toBeGreaterThan(0);
  });

  it('never has more on one replica than it takes, when the ingress looks for the one with the fewest and there are enough', () => {
    const { tally } = simulate({ ...setup, ingress: 'fewest-calls', minReplicas: 6 }, scenario());
    expect(tally.mostOnOneReplica).toBeLessThanOrEqual(setup.maxCalls);
    expect(tally.redirected).toBe(0);
  });

  it('scales out by calls, and would not by CPU, when the bridges are full before they are busy', () => {
    const light = { ...setup, peakCalls: 500, cpuPerCall: 0.004 };
    const byCpu = simulate({ ...light, rules: [{ kind: 'cpu', targetPercent: 35 }] }, scenario()).tally;
    const byBoth = simulate(light, scenario()).tally;
    expect(byCpu.peakReplicas).toBe(light.minReplicas);
    expect(byCpu.redirected).toBeGreaterThan(byCpu.answered);
    expect(byBoth.redirected).toBeLessThan(byBoth.offered / 10);
  });

  it('gives callers to people when the model is over its quota', () => {
    const { tally } = simulate({ ...setup, modelTokensPerMinute: 60_000 }, scenario());
    expectNobodyMissing(tally);
    expect(tally.toPerson.noModel).toBeGreaterThan(0);
  });

  it('has no more replicas than there are cores for', () => {
    const { tally } = simulate({ ...setup, peakCalls: 600, coresMax: 5 }, scenario());
    expect(tally.peakReplicas).toBe(5);
    expect(tally.withoutCores).toBeGreaterThan(0);
  });

  it('misses nobody, whatever goes wrong and whenever', () => {
    const mishap = fc.record({
      atMs: fc.integer({ min: 1, max: 20 }).map((minutes) => minutes * 97_000),
      what: fc.constantFrom('replica-dies' as const, 'deploy' as const, 'zone-lost' as const, 'region-lost' as const),
    });
    fc.assert(
      fc.property(
        fc.array(mishap, { maxLength: 4 }),
        fc.nat(1_000_000),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom('people' as const, 'refuse' as const),
        fc.constantFrom('min' as const, 'as-many' as const, 'by-calls' as const),
        (mishaps, seed, minReplicas, whenFull, newRevision) => {
          const small = { ...setup, peakCalls: 40, maxCalls: 12, seed, minReplicas, whenFull, newRevision };
          const { tally } = simulate(small, scenario(mishaps, { regions: 2, arrivals: { kind: 'peak', minutes: 5 } }));
          expectNobodyMissing(tally);
        },
      ),
      { numRuns: 12 },
    );
  });
});
