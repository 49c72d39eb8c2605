import { describe, expect, it } from 'vitest';
import { commandOf, readArguments } from '../../load/report/arguments.ts';
import { percentile, slope } from '../../load/report/statistics.ts';
import { tableOf, verdictOf } from '../../load/report/table.ts';

const latency = { name: 'latency', unit: 'ms', value: 9.96, runs: [9.96, 12.34], target: { max: 10 } };

describe("the bench's report", () => {
  it('passes what keeps to its target, and fails what was not measured', () => {
    expect(verdictOf(latency)).toBe('pass');
    expect(verdictOf({ ...latency, value: 10.1 })).toBe('FAIL');
    expect(verdictOf({ ...latency, value: Number.NaN })).toBe('FAIL');
    expect(verdictOf({ ...latency, target: { min: 150 } })).toBe('FAIL');
    expect(verdictOf({ name: 'size', unit: 'KiB', value: 1, runs: [1] })).toBe('');
  });

  it('shows three digits, the target and each run', () => {
    expect(tableOf([latency])).toContain('| latency | 9.96  | ms   | <= 10  | pass | 9.96, 12.3 |');
  });

  it('takes a percentile from what was measured, never from between', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([50, 95, 99, 100].map((percent) => percentile(values, percent))).toEqual([50, 95, 99, 100]);
    expect(percentile([], 50)).toBeNaN();
  });

  it('finds what each further call costs', () => {
    expect(
      slope([
        [50, 150],
        [100, 250],
        [150, 350],
      ]),
    ).toBe(2);
  });

  it('measures everything three times unless told otherwise', () => {
    expect(readArguments([], ['turn'])).toMatchObject({ runs: 3, calls: 100, quick: false, only: [] });
    expect(readArguments(['--quick', '--only', 'turn,leaks'], ['turn', 'leaks'])).toMatchObject({
      runs: 1,
      quick: true,
      only: ['turn', 'leaks'],
    });
  });

  it('says which command measures the same again', () => {
    expect(commandOf(readArguments(['--json', 'results.json'], []))).toBe('npm run bench');
    expect(commandOf(readArguments(['--quick', '--calls', '20', '--only', 'turn'], ['turn']))).toBe(
      'npm run bench -- --quick --calls 20 --only turn',
    );
  });

  it('names the parts there are when asked for another', () => {
    expect(() => readArguments(['--only', 'speed'], ['turn', 'leaks'])).toThrow('there are turn, leaks');
    expect(() => readArguments(['--runs', 'many'], [])).toThrow('--runs');
  });
});
