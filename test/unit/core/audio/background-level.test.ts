import { describe, expect, it } from 'vitest';
import { backgroundLevel } from '#core/audio/background-level';

function gateAfter(levelsDbfs: readonly number[]): number {
  const background = backgroundLevel();
  for (const level of levelsDbfs) background.note(level);
  return background.gateDbfs;
}

const times = (count: number, levelDbfs: number): number[] => Array.from({ length: count }, () => levelDbfs);

describe('the background of a line', () => {
  it('is what is mostly there: a voice has to stand out from it', () => {
    expect(gateAfter(times(100, -45))).toBe(-37);
  });

  it('is not a door that bangs', () => {
    expect(gateAfter([...times(100, -60), -5, -8, -12])).toBe(-52);
  });

  it('is learned anew within a second or two when somebody opens a window', () => {
    expect(gateAfter([...times(500, -60), ...times(75, -40)])).toBe(-32);
    expect(gateAfter([...times(500, -40), ...times(75, -60)])).toBe(-52);
  });

  it('has levels as low and as high as they come', () => {
    expect(gateAfter(times(10, -300))).toBe(-82);
    expect(gateAfter(times(10, 40))).toBe(8);
  });
});
