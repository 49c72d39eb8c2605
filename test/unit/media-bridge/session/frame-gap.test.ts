import { describe, expect, it } from 'vitest';
import { FrameGap } from '../../../../media-bridge/session/frame-gap.ts';

function gapOf(timeoutMs: number): {
  readonly gap: FrameGap;
  readonly gaps: () => number;
  readonly ticks: (count: number) => void;
} {
  let gaps = 0;
  const gap = new FrameGap(timeoutMs, () => (gaps += 1));
  return {
    gap,
    gaps: () => gaps,
    ticks: (count) => {
      for (let tick = 0; tick < count; tick += 1) gap.tick();
    },
  };
}

describe('a media socket through which nothing comes', () => {
  it('is noticed after so many beats without a frame, once', () => {
    const { gap, gaps, ticks } = gapOf(3_000);
    gap.frame();
    ticks(149);
    expect(gaps()).toBe(0);
    ticks(1);
    expect(gaps()).toBe(1);
    ticks(1_000);
    expect(gaps()).toBe(1);
  });

  it('is not missed as long as frames come at all', () => {
    const { gap, gaps, ticks } = gapOf(3_000);
    for (let frames = 0; frames < 10; frames += 1) {
      gap.frame();
      ticks(149);
    }
    expect(gaps()).toBe(0);
  });

  it('is waited for as long as it takes before its first frame: the watchdog is there for that', () => {
    const { gaps, ticks } = gapOf(3_000);
    ticks(10_000);
    expect(gaps()).toBe(0);
  });

  it('may be silent while a queue is asked, and has to speak again after that before it is missed', () => {
    const { gap, gaps, ticks } = gapOf(3_000);
    gap.frame();
    ticks(100);
    gap.awaitingTransfer = true;
    gap.frame();
    ticks(1_000);
    gap.awaitingTransfer = false;
    ticks(1_000);
    expect(gaps()).toBe(0);
    gap.frame();
    ticks(150);
    expect(gaps()).toBe(1);
  });

  it('may be silent for ever when that is how the front is', () => {
    const { gap, gaps, ticks } = gapOf(0);
    gap.frame();
    ticks(100_000);
    expect(gaps()).toBe(0);
  });
});
