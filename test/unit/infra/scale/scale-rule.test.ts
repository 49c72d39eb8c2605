import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVALUATE_EVERY_MS, Scaler, wanted, type Seen } from '../../../../infra/scale/scale-rule.ts';

const byCpu = { kind: 'cpu', targetPercent: 50 } as const;
const byCalls = { kind: 'calls', targetCalls: 40 } as const;
const limits = { minReplicas: 1, maxReplicas: 400 };
const seen = (replicas: number, cpuPercent: number, ready = replicas): Seen => ({
  replicas,
  ready,
  cpuPercent,
  calls: 0,
});
const calls = (replicas: number, count: number): Seen => ({ ...seen(replicas, 0), calls: count });

describe('the scale rule', () => {
  it('asks for twice as many at twice the target, and for half at half of it, as Kubernetes writes it down', () => {
    expect(wanted(byCpu, seen(4, 100))).toBe(8);
    expect(wanted(byCpu, seen(4, 25))).toBe(2);
    // The example of https://kubernetes.io/blog/2025/04/28/kubernetes-v1-33-hpa-configurable-tolerance
    expect(wanted({ kind: 'cpu', targetPercent: 75 }, seen(50, 90))).toBe(60);
  });

  it('rounds up', () => {
    expect(wanted(byCpu, seen(3, 60))).toBe(4);
    expect(wanted(byCalls, calls(1, 81))).toBe(3);
  });

  it('leaves things as they are within a tenth of the target', () => {
    expect(wanted(byCpu, seen(10, 55))).toBe(10);
    expect(wanted(byCpu, seen(10, 45))).toBe(10);
    expect(wanted(byCpu, seen(10, 55.1))).toBe(12);
    expect(wanted(byCalls, calls(10, 440))).toBe(10);
    expect(wanted(byCalls, calls(10, 441))).toBe(12);
  });

  it('takes those that are starting for idle when more are wanted', () => {
    expect(wanted(byCpu, seen(8, 100, 4))).toBe(8);
    expect(wanted(byCpu, seen(6, 100, 4))).toBe(8);
  });

  it('asks for nothing else while none is ready', () => {
    expect(wanted(byCpu, seen(3, 0, 0))).toBe(3);
  });

  it('goes up by 1, 4, 8, 16, 32 at most', () => {
    const scaler = new Scaler([{ kind: 'calls', targetCalls: 1 }], limits, { atMs: 0, replicas: 1 });
    const counts = [1];
    for (let evaluation = 1; evaluation <= 6; evaluation += 1)
      counts.push(scaler.evaluate(calls(counts.at(-1) ?? 1, 1000), evaluation * EVALUATE_EVERY_MS));
    expect(counts).toEqual([1, 4, 8, 16, 32, 64, 128]);
  });

  it('goes down to what was asked for most in the last five minutes, and all at once', () => {
    const scaler = new Scaler([byCpu], limits, { atMs: 0, replicas: 20 });
    const counts: number[] = [];
    for (let atMs = EVALUATE_EVERY_MS; atMs <= 330_000; atMs += EVALUATE_EVERY_MS) {
      counts.push(scaler.evaluate(seen(counts.at(-1) ?? 20, 10), atMs));
    }
    expect(counts.slice(0, 9)).toEqual(Array(9).fill(20));
    expect(counts[9]).toBe(4);
  });

  it('follows the rule that asks for more', () => {
    const evaluated = (one: Seen): number =>
      new Scaler([byCpu, byCalls], limits, { atMs: 0, replicas: 4 }).evaluate(one, 30_000);
    expect(evaluated({ ...seen(4, 100), calls: 10 })).toBe(8);
    expect(evaluated({ ...seen(4, 10), calls: 230 })).toBe(6);
    // Nothing is taken away that one of them still wants.
    const scaler = new Scaler([byCpu, byCalls], limits, { atMs: 0, replicas: 4 });
    for (let atMs = EVALUATE_EVERY_MS; atMs <= 600_000; atMs += EVALUATE_EVERY_MS)
      expect(scaler.evaluate({ ...seen(4, 5), calls: 160 }, atMs)).toBe(4);
  });

  it('never leaves its limits, whatever it sees', () => {
    const any = fc.record({
      replicas: fc.integer({ min: 0, max: 500 }),
      ready: fc.nat(500),
      cpuPercent: fc.double({ min: 0, max: 100, noNaN: true }),
      calls: fc.nat(100_000),
    });
    fc.assert(
      fc.property(
        fc.subarray([byCpu, byCalls], { minLength: 1 }),
        fc.array(any, { maxLength: 20 }),
        (rules, evaluations) => {
          const scaler = new Scaler(rules, { minReplicas: 2, maxReplicas: 100 }, { atMs: 0, replicas: 2 });
          for (const [index, one] of evaluations.entries()) {
            const count = scaler.evaluate(
              { ...one, ready: Math.min(one.ready, one.replicas) },
              index * EVALUATE_EVERY_MS,
            );
            expect(Number.isInteger(count) && count >= 2 && count <= 100).toBe(true);
          }
        },
      ),
    );
  });
});
