import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asked, closedBreaker, failed, isWell, orderOf, undecided, type Breaker } from '#core/resilience/breaker';

const afterFailures = (times: number): Breaker => {
  let breaker: Breaker = closedBreaker;
  for (let time = 0; time < times; time += 1) {
    if (breaker.state === 'resting') breaker = asked(breaker, breaker.untilMs);
    breaker = failed(breaker, 0, undefined);
  }
  return breaker;
};

describe('a service that failed', () => {
  it('is left alone for five seconds, then asked by one request only', () => {
    const resting = failed(closedBreaker, 1_000, undefined);
    expect(isWell(resting, 5_999)).toBe(false);
    expect(isWell(resting, 6_000)).toBe(true);
    const probing = asked(resting, 6_000);
    expect(isWell(probing, 60_000)).toBe(false);
  });

  it('rests longer each time, a minute at most', () => {
    const rests = [1, 2, 3, 4, 5, 40].map((times) => {
      const breaker = afterFailures(times);
      return breaker.state === 'resting' ? breaker.untilMs : undefined;
    });
    expect(rests).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  });

  it('counts requests that fail together as one failure', () => {
    const first = failed(closedBreaker, 0, undefined);
    expect(failed(first, 3, undefined)).toEqual(first);
  });

  it.each([
    ['as long as it asks', 20_000, 20_000],
    ['a minute when it asks for an hour', 3_600_000, 60_000],
    ['a second when it says that it is ready', 0, 1_000],
  ])('rests %s', (_, retryAfterMs, restMs) => {
    expect(failed(closedBreaker, 0, retryAfterMs)).toEqual({ state: 'resting', untilMs: restMs, failures: 1 });
  });

  it('is asked by the next when the one who was to find out has hung up', () => {
    const probing = asked(failed(closedBreaker, 0, undefined), 5_000);
    expect(isWell(undecided(probing, 5_100), 5_100)).toBe(true);
  });

  it('stays trusted when a caller hangs up on a service that is well', () => {
    expect(undecided(closedBreaker, 10)).toEqual(closedBreaker);
  });
});

describe('the order in which services are asked', () => {
  it('is the preferred one first, and those that rest last, the one that is ready soonest before the others', () => {
    const resting = (untilMs: number): Breaker => ({ state: 'resting', untilMs, failures: 1 });
    const probing: Breaker = { state: 'probing', failures: 1 };
    expect(orderOf([closedBreaker, closedBreaker], 0)).toEqual([0, 1]);
    expect(orderOf([resting(10), closedBreaker], 0)).toEqual([1, 0]);
    expect(orderOf([resting(10), closedBreaker], 10)).toEqual([0, 1]);
    expect(orderOf([probing, resting(20), resting(10)], 0)).toEqual([2, 1, 0]);
  });

  it('has every service once, whatever state they are in', () => {
    const anyBreaker = fc.oneof(
      fc.constant<Breaker>(closedBreaker),
      fc.record({ state: fc.constant('resting' as const), untilMs: fc.nat(), failures: fc.nat() }),
      fc.record({ state: fc.constant('probing' as const), failures: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(anyBreaker, { maxLength: 6 }), fc.nat(), (breakers, nowMs) => {
        expect(orderOf(breakers, nowMs).toSorted()).toEqual([...breakers.keys()]);
      }),
    );
  });
});
