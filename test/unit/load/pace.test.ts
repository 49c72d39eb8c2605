import { describe, expect, it } from 'vitest';
import { newPaceFindings, PaceMeter } from '../../load/bridge/pace.ts';

function measured(follow: (pace: PaceMeter) => void): { underruns: number; maxLeadFrames: number; jitterMs: number[] } {
  const findings = newPaceFindings();
  follow(new PaceMeter(findings));
  const { underruns, maxLeadFrames, jitterMs } = findings;
  return { underruns, maxLeadFrames, jitterMs };
}

function frames(pace: PaceMeter, turn: number, ...atMs: readonly number[]): void {
  for (const ms of atMs) pace.frame(turn, ms);
}

describe('the pace of what a caller hears', () => {
  it('has as many frames ahead as have come and were not played', () => {
    const steady = measured((pace) => frames(pace, 1, 0, 0, 0, 0, 0, 20, 40, 60));
    expect(steady).toEqual({ underruns: 0, maxLeadFrames: 5, jitterMs: [0, 0, 0] });
    expect(measured((pace) => frames(pace, 1, 0, 0, 0, 0, 0, 20, 20, 20)).maxLeadFrames).toBe(7);
  });

  it('counts a frame that comes after the telephone has run out, and plays on from there', () => {
    const { underruns, maxLeadFrames } = measured((pace) => frames(pace, 1, 0, 20, 300, 300, 300, 300, 300));
    expect({ underruns, maxLeadFrames }).toEqual({ underruns: 1, maxLeadFrames: 5 });
    expect(measured((pace) => frames(pace, 1, 0, 20, 300, 300, 300, 300, 300, 300)).maxLeadFrames).toBe(6);
  });

  it('counts what is left of the reply before, unless it was stopped', () => {
    const two = (pace: PaceMeter, between: () => void): void => {
      frames(pace, 1, 0, 0, 0, 0, 0);
      between();
      frames(pace, 2, 20, 20, 20, 20, 20);
    };
    expect(measured((pace) => two(pace, () => undefined)).maxLeadFrames).toBe(9);
    expect(measured((pace) => two(pace, () => pace.stopped())).maxLeadFrames).toBe(5);
  });

  it('is not late with the first frame of a reply', () => {
    const later = (pace: PaceMeter): void => {
      frames(pace, 1, 0);
      frames(pace, 2, 5_000, 5_020);
    };
    expect(measured(later).underruns).toBe(0);
  });
});
