import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failedAttemptsInWords, transferProblem } from '#core/handover/transfer-problem';

describe('why a queue did not take a call', () => {
  it.each([
    [486, 560486, 'busy'],
    [600, 560600, 'busy'],
    [480, 560480, 'no-answer'],
    [408, 560408, 'no-answer'],
    [408, 500001, 'no-answer'],
    [487, 560487, 'no-answer'],
    [603, 560603, 'refused'],
    [403, 560403, 'refused'],
    [403, 510403, 'refused'],
    [404, 560404, 'unreachable'],
    [484, 560484, 'unreachable'],
    [410, 531004, 'unreachable'],
    [500, 560500, 'unreachable'],
    [503, 560503, 'unreachable'],
    [0, 0, 'unreachable'],
    [409, 8607, 'conflict'],
    [0, 8607, 'conflict'],
  ] as const)('%d with sub-code %d is %s', (code, subCode, problem) => {
    expect(transferProblem(code, subCode)).toBe(problem);
  });

  it('is always one of them', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double(), (code, subCode) => {
        expect(['busy', 'no-answer', 'refused', 'unreachable', 'conflict']).toContain(transferProblem(code, subCode));
      }),
    );
  });

  it('is told to the agent that has the caller back', () => {
    const words = failedAttemptsInWords([
      { queue: 'disputes', why: 'busy' },
      { queue: 'general', why: 'no-answer' },
    ]);
    expect(words).toContain('disputes was busy; general did not answer');
  });
});
