import { describe, expect, it } from 'vitest';
import {
  someSpareRequests,
  withoutSpareRequest,
  withQuestion,
  type SpareRequests,
} from '#core/resilience/spare-requests';

describe('second requests to a slow service', () => {
  it('are a few at once, and then one in ten questions', () => {
    let spare: SpareRequests | undefined = someSpareRequests;
    for (let request = 0; request < 3; request += 1) spare = withoutSpareRequest(spare!);
    expect(withoutSpareRequest(spare!)).toBeUndefined();
    let given = 0;
    for (let question = 0; question < 1_000; question += 1) {
      spare = withQuestion(spare!);
      const without = withoutSpareRequest(spare);
      if (without === undefined) continue;
      given += 1;
      spare = without;
    }
    expect(given).toBeGreaterThan(90);
    expect(given).toBeLessThanOrEqual(100);
  });

  it('are not saved up for a bad hour', () => {
    let spare = someSpareRequests;
    for (let question = 0; question < 1_000; question += 1) spare = withQuestion(spare);
    expect(spare.left).toBe(3);
  });
});
